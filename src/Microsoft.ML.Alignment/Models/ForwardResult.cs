using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Kernels;

namespace Microsoft.ML.Alignment.Models;

/// <summary>
/// One pass of a model over packed rows, whose hidden states are computed once and read as often as is wanted, with gradients where they
/// are on. All tensors belong to the dispose scope in which they were asked for.
/// </summary>
/// <param name="core">The base; the model outlives the result.</param>
/// <param name="pass">Adapters and precision.</param>
/// <param name="hidden">Final hidden states, after the last norm, float32. Shape <c>[N, D]</c>.</param>
internal sealed class ForwardResult(ModelCore core, ForwardPass pass, Tensor hidden)
{
    /// <summary>Gets the final hidden states, after the last norm, float32. Shape <c>[N, D]</c>.</summary>
    public Tensor Hidden => hidden;

    /// <summary>Gets the rows that predict the tokens of completions, to read their distributions; no other row reaches the head.</summary>
    /// <param name="targets">The tokens, M of them.</param>
    /// <param name="temperature">What logits are divided by; above 0.</param>
    /// <exception cref="ArgumentException">An id is not in the vocabulary.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The temperature is not above 0.</exception>
    public TokenReading At(PackedTargets targets, double temperature = 1)
    {
        if (temperature is not > 0)
            throw new ArgumentOutOfRangeException(nameof(temperature), temperature, "The temperature must be above 0.");
        core.RequireKnownIds(targets.Labels);
        return new(targets, core.Network.ForHead(RowsOf(targets.Distinct.Rows)), core.Network.Head, pass, temperature, core.Config.LogitSoftCap);
    }

    /// <summary>Computes a scalar head's values at rows. Shape <c>[K]</c>.</summary>
    /// <param name="head">The head of a reward model, or of a critic.</param>
    /// <param name="rows">Which rows; the critic's value before a token is that at the row that predicts it. Shape <c>[K]</c>.</param>
    public Tensor Values(ScalarHead head, long[] rows)
    {
        using var scope = NewDisposeScope();
        return head.Of(RowsOf(rows)).MoveToOuterDisposeScope();
    }

    /// <summary>Computes a scalar head's values at the last token of each sequence. Shape <c>[S]</c>.</summary>
    public Tensor Ends(ScalarHead head, PackedTargets targets) => Values(head, targets.EndRows);

    /// <summary>Computes next-token logits of all rows, float32. Shape <c>[N, V]</c>.</summary>
    public Tensor Logits() => core.Network.Logits(hidden, pass);

    /// <summary>Computes next-token logits of some rows, float32. Shape <c>[K, V]</c>.</summary>
    public Tensor Logits(long[] rows)
    {
        using var scope = NewDisposeScope();
        return core.Network.Logits(RowsOf(rows), pass).MoveToOuterDisposeScope();
    }

    private Tensor RowsOf(long[] rows) => hidden.RowsAt(tensor(rows, device: hidden.device));
}
