using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Alignment.Training;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <summary>The beginning of a pipeline: loads a pretrained model when it is fitted, which trains nothing.</summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// ### Input and output columns
/// | column | type | |
/// | -- | -- | -- |
/// | `Prompt` | text | not required |
/// | `Policy` | text | output; carries the model |
/// | `GeneratedCompletion` | text | output, where `Prompt` exists; what the model writes |
/// ]]></format>
/// </remarks>
public sealed class BaseModelEstimator : IEstimator<PolicyTransformer>
{
    private readonly TrainerHost _host;
    private readonly Options _options;
    private readonly string _path;
    private readonly AlignmentRun _run;

    internal BaseModelEstimator(IHostEnvironment environment, string path, AlignmentRun run, Options options)
    {
        PretrainedModel.Check(path);
        (_path, _run, _options) = (path, run, options);
        _host = new(environment, nameof(BaseModelEstimator));
    }

    private TextColumns Columns => new(_options.PromptColumnName, ColumnNames.Chosen, ColumnNames.Rejected, ColumnNames.Completion);

    /// <summary>Says which columns the stage adds.</summary>
    /// <param name="inputSchema">The columns that go in; none is required.</param>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        var outputs = PolicyTransformer.Outputs(
            PolicyTransformer.BaseMethod, Columns, hasReference: false, name => AlignmentSchema.HasText(inputSchema, name));
        return AlignmentSchema.Append(inputSchema, AlignmentSchema.PolicyKind, outputs);
    }

    /// <summary>Loads the model; no row is read.</summary>
    /// <param name="input">Only its schema is looked at.</param>
    /// <exception cref="FileNotFoundException">A file of the model is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, the weights do not fit the configuration, or there is no chat template of
    /// the name that the options give.</exception>
    /// <exception cref="NotSupportedException">The model needs something that is not implemented.</exception>
    /// <exception cref="ChatTemplateException">The chat template that the options give cannot be read.</exception>
    public PolicyTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var log = _host.Start();
        using var loaded = PretrainedModel.Load(_path, _options.ChatTemplate);
        var model = loaded.On(RunDevice.Of(_run));
        try
        {
            log.Info($"BaseModel: {ScoringModel.Describe(model, "loaded")} from '{_path}'");
            if (model.EndTokenDisagreement is { } disagreement)
                log.Info($"BaseModel: {disagreement}");
            return new(_host.Environment, new(Settings(input.Schema, model), model));
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private FittedSettings Settings(DataViewSchema schema, LanguageModel model) => new()
    {
        Method = PolicyTransformer.BaseMethod,
        Columns = Columns,
        PromptFormat = AlignmentSchema.ResolveFormat(_options.PromptFormat, schema, _options.PromptColumnName, model),
        Generation = _options.Generation,
        Options = SavedJson.ElementOf(_options),
    };

    /// <summary>How the base model answers.</summary>
    public sealed record Options
    {
        /// <summary>Gets the text column of prompts. The default is <c>Prompt</c>.</summary>
        public string PromptColumnName { get; init => field = Require.NotEmpty(value); } = ColumnNames.Prompt;

        /// <summary>Gets how prompts are read. The default is as the column says.</summary>
        public PromptFormat PromptFormat { get; init; }

        /// <summary>
        /// Gets the chat template: the name of one of the model's, where it has several (<c>tool_use</c>), or a template in Jinja, which becomes
        /// the model's own and is saved with it. The default is null, the model's own.
        /// </summary>
        public string? ChatTemplate { get; init => field = value is null ? null : Require.NotEmpty(value); }

        /// <summary>Gets how the model writes completions.</summary>
        public GenerationOptions Generation { get; init; } = new();
    }
}
