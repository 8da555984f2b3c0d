using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Generation;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Alignment.Statistics;
using Microsoft.ML.Alignment.Tokenization;
using Microsoft.ML.Alignment.Checkpoints;
using Microsoft.ML.Data;
using Generator = Microsoft.ML.Alignment.Generation.Generator;

namespace Microsoft.ML.Alignment.Feedback;

/// <summary>
/// Has a language model write completions. A sample is a function of the model, the seed, the prompt and its number among the prompt's samples.
/// </summary>
internal sealed class PolicyWriter : ICompletionWriter
{
    // Journaled together: the last bits of a product differ with the rows it is computed with, and a run that goes on must write the same.
    private const int PromptsAtOnce = 32;

    private readonly LanguageModel _model;
    private readonly PromptEncoder _encoder;
    private readonly WritingSettings _settings;
    private readonly Lazy<string> _identity;

    /// <param name="model">The model; the writer holds a share of it.</param>
    /// <param name="schema">The columns that come in.</param>
    /// <param name="settings">How to write.</param>
    public PolicyWriter(LanguageModel model, DataViewSchema schema, WritingSettings settings)
    {
        var format = AlignmentSchema.ResolveFormat(settings.Format, schema, settings.PromptColumn, model);
        (_settings, _encoder) = (settings, ScoringModel.Encoder(model, format));
        _model = model.Share();
        _identity = new(() => $"{ContentHash.Of(_model)} {format} {AlignmentOptions.ToJson(settings.Generation)}");
    }

    public async Task<IReadOnlyList<IReadOnlyList<string>>> WriteAsync(FeedbackTask task, IReadOnlyList<string> prompts, int count)
    {
        var written = new List<IReadOnlyList<string>>(prompts.Count);
        foreach (var chunk in prompts.Chunk(PromptsAtOnce))
        {
            var key = string.Join('\u001f', chunk.Prepend($"sample {count} {_identity.Value}"));
            var completions = await task.Session
                .RememberAsync(key, token => Task.Run(() => Write(chunk, count, token), token), task.Cancellation).ConfigureAwait(false);
            written.AddRange(completions.Chunk(count));
            task.Progress.Done(chunk.Length, abstained: 0);
        }

        return written;
    }

    public void Dispose() => _model.Dispose();

    private string[] Write(string[] prompts, int count, CancellationToken cancellation)
    {
        int[][] ids = [.. prompts.Select(Encode)];
        var request = new DecodingRequest(
            [.. ids.SelectMany(prompt => Enumerable.Repeat(prompt, count))],
            _settings.Generation.MaxNewTokens,
            new TokenSampler(_settings.Generation),
            row => new RandomStream(_settings.Generation.Seed, (long)TextHash.Of(prompts[row / count]), row % count));
        return [.. Generator.Complete(_model, request, Precision.Float32, cancellation).Select(one => _encoder.DecodeCompletion(one.Ids))];
    }

    private int[] Encode(string prompt)
    {
        try
        {
            return TextCompleter.Encode(_model, _encoder, prompt);
        }
        catch (InvalidExampleException e)
        {
            throw new InvalidDataException($"A row cannot be completed, column '{_settings.PromptColumn}': {e.Message}", e);
        }
    }
}
