using Microsoft.Extensions.AI;
using Microsoft.ML.Alignment.Serving;

namespace Microsoft.ML.Alignment;

/// <summary>Language models as chat clients of Microsoft.Extensions.AI.</summary>
public static class ChatClientExtensions
{
    /// <summary>
    /// Makes a chat client that answers with a model. Any number of callers may ask at the same time; their answers are written together, a
    /// token each at a time, and each is what it would be alone, up to rounding.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The client holds a share of the model, whose weights must not train meanwhile. Disposing it takes no further requests; answers under way
    /// are finished, and the last of them frees the share. A request that is cancelled, or whose stream is left, is computed no further.
    /// </para>
    /// <para>
    /// Of a request's options, the limit, temperature, top-k, top-p, seed, stop sequences, instructions and tools are followed. Tools
    /// need a chat template that reads them and writes calls in <c>&lt;tool_call&gt;</c>. What cannot be done (JSON by schema, penalties,
    /// required calls, stored conversations, contents that are no text) is refused with a <see cref="NotSupportedException"/>, what makes
    /// no sense or is too long with an <see cref="ArgumentException"/>.
    /// </para>
    /// </remarks>
    /// <param name="model">The model: a policy with a tokenizer and a chat template.</param>
    /// <param name="options">How it answers; null for the defaults.</param>
    /// <returns>The client, which its holder disposes.</returns>
    /// <exception cref="ArgumentException">The model has no chat template, or is a reward model.</exception>
    /// <exception cref="InvalidOperationException">The model came without a tokenizer.</exception>
    /// <exception cref="NotSupportedException">The chat template has a construct that is not implemented.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public static IChatClient AsIChatClient(this LanguageModel model, ChatClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var held = model.Share();
        return new LanguageModelChatClient(held, options ?? new());
    }
}
