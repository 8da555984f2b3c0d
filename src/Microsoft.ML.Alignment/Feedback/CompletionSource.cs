using Microsoft.Extensions.AI;
using Microsoft.ML.Alignment.Feedback;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment;

/// <summary>Who writes completions.</summary>
public abstract class CompletionSource
{
    private protected CompletionSource()
    {
    }

    /// <summary>Gets the policy that the pipeline carries when the stage is fitted.</summary>
    public static CompletionSource Policy { get; } = new OfPolicy();

    /// <summary>A chat client: any provider, or a local model.</summary>
    /// <param name="client">The client; borrowed until the stage is fitted.</param>
    public static CompletionSource FromClient(IChatClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        return new OfClient(client);
    }

    /// <summary>A language model other than the pipeline's own.</summary>
    /// <param name="model">The model; borrowed until the stage is fitted.</param>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public static CompletionSource FromModel(LanguageModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var held = model.Share(); // a model that is gone is refused here, not when the pipeline is fitted
        return new OfModel(model);
    }

    internal virtual bool NeedsPolicy => false;

    /// <summary>Opens the source for a stage.</summary>
    /// <param name="method">The stage, for messages.</param>
    /// <param name="schema">The columns that come in.</param>
    /// <param name="settings">How to write.</param>
    internal abstract ICompletionWriter Open(string method, DataViewSchema schema, WritingSettings settings);

    private sealed class OfPolicy : CompletionSource
    {
        internal override bool NeedsPolicy => true;

        internal override ICompletionWriter Open(string method, DataViewSchema schema, WritingSettings settings) =>
            new PolicyWriter(AlignmentSchema.RequirePolicy(schema, method), schema, settings);
    }

    private sealed class OfModel(LanguageModel model) : CompletionSource
    {
        internal override ICompletionWriter Open(string method, DataViewSchema schema, WritingSettings settings) =>
            new PolicyWriter(model, schema, settings);
    }

    private sealed class OfClient(IChatClient client) : CompletionSource
    {
        internal override ICompletionWriter Open(string method, DataViewSchema schema, WritingSettings settings) =>
            new ClientWriter(client, settings);
    }
}
