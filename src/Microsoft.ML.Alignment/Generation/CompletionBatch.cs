using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Statistics;

namespace Microsoft.ML.Alignment.Generation;

/// <summary>
/// Prompts that are completed together, a token each at a time. Rows that have ended leave, and prompts that wait take their place.
/// </summary>
internal sealed class CompletionBatch : IDisposable
{
    private readonly DecodingRow[] _rows;
    private readonly DecodingLimits _limits;
    private readonly PromptQueue _waiting;
    private readonly DecodingBatch _batch;

    /// <param name="model">The model.</param>
    /// <param name="pass">How its layers compute; without gradients.</param>
    /// <param name="request">What to complete, and how.</param>
    public CompletionBatch(LanguageModel model, ForwardPass pass, DecodingRequest request)
    {
        HashSet<int> ends = [.. model.Config.EosTokenIds];
        _rows =
        [
            .. request.Prompts.Select((prompt, index) => new DecodingRow(
                prompt, request.Sampler, request.StreamOf(index), Math.Min(request.MaxNewTokens, model.Config.MaxPositions - prompt.Length), ends)),
        ];
        (_limits, _waiting) = (request.Limits, new(request.Prompts, request.Limits));
        _batch = new(model.Network, pass, model.Config.LayerCount);
    }

    /// <summary>Completes all prompts.</summary>
    /// <param name="cancellation">Looked at before every token.</param>
    /// <returns>The completions, in the order of the prompts.</returns>
    public Generated[] Run(CancellationToken cancellation)
    {
        while (_batch.IsWriting || !_waiting.IsEmpty)
        {
            cancellation.ThrowIfCancellationRequested();
            _batch.Step();
            if (!_waiting.IsEmpty)
                AdmitWaiting();
        }

        return [.. _rows.Select(row => row.Completion)];
    }

    /// <inheritdoc/>
    public void Dispose() => _batch.Dispose();

    // A place is cheap while it is empty, a pass over prompts is not: newcomers come in as the batch has shrunk by a quarter.
    private void AdmitWaiting()
    {
        if (_batch.Rows.Count * 4 > _limits.Rows * 3)
            return;
        var admitted = _waiting.Take(_batch.Rows.Count, _batch.PromptTokens);
        if (admitted.Length > 0)
            _batch.Admit([.. admitted.Select(index => _rows[index])]);
    }
}

/// <summary>Prompts to complete.</summary>
/// <param name="Prompts">Token ids of each.</param>
/// <param name="MaxNewTokens">The most tokens of a completion; fewer where the prompt leaves fewer of the model's positions.</param>
/// <param name="Sampler">Takes tokens.</param>
/// <param name="StreamOf">The random numbers of a prompt, by its index.</param>
internal sealed record DecodingRequest(
    IReadOnlyList<int[]> Prompts, int MaxNewTokens, TokenSampler Sampler, Func<int, RandomStream> StreamOf)
{
    /// <summary>Gets how many are completed at once.</summary>
    public DecodingLimits Limits { get; init; } = DecodingLimits.Default;
}
