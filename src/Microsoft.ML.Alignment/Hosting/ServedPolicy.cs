using Microsoft.Extensions.AI;
using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Pipeline;

namespace Microsoft.ML.Alignment.Hosting;

/// <summary>A policy that was loaded to answer; its client is disposed when the last holder lets go.</summary>
internal sealed class ServedPolicy : ReferenceCounted
{
    private ServedPolicy(IChatClient client) => Client = client;

    /// <summary>Gets what answers.</summary>
    public IChatClient Client { get; }

    /// <summary>Loads the last policy of a saved pipeline, or a pretrained model.</summary>
    public static ServedPolicy Load(string path, ChatClientOptions? options)
    {
        var name = Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(path));
        if (Directory.Exists(path) || File.Exists(path) && !PretrainedModel.IsZip(path))
        {
            using var model = PretrainedModel.Load(path);
            return new(model.AsIChatClient(Named(options ?? new(), name)));
        }

        var pipeline = PipelineFile.Load(new MLContext().Model, path, out _);
        using var owned = pipeline as IDisposable;
        var policy = Policies(pipeline).LastOrDefault() ?? throw new InvalidDataException(
            $"'{path}' has no policy among its stages, so that nothing in it answers. Save a pipeline that ends with one, such as Sft or Dpo.");
        return new(policy.Model.AsIChatClient(Named(options ?? new() { Generation = policy.Stage.Settings.Generation ?? new() }, name)));
    }

    /// <inheritdoc/>
    protected override void Free() => Client.Dispose();

    private static ChatClientOptions Named(ChatClientOptions options, string name) => options with { ModelId = options.ModelId ?? name };

    private static IEnumerable<PolicyTransformer> Policies(ITransformer transformer) => transformer switch
    {
        PolicyTransformer policy => [policy],
        IEnumerable<ITransformer> chain => chain.SelectMany(Policies),
        _ => [],
    };
}
