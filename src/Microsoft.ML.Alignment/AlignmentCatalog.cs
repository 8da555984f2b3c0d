using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Alignment.Training.Checkpoints;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <summary>The front door: aligns language models with ML.NET pipelines.</summary>
public sealed class AlignmentCatalog
{
    private readonly IHostEnvironment _environment;

    internal AlignmentCatalog(IHostEnvironment environment, AlignmentRun run)
    {
        _environment = environment;
        RunWorkspace.Of(run);
        Data = new(environment);
        Trainers = new(environment, run);
    }

    /// <summary>Gets the readers of data sets.</summary>
    public AlignmentDataCatalog Data { get; }

    /// <summary>Gets the methods.</summary>
    public TrainerCatalog Trainers { get; }

    /// <summary>Begins a pipeline with a pretrained model, which is loaded when the pipeline is fitted.</summary>
    /// <param name="path">A Hugging Face folder or a GGUF file.</param>
    /// <param name="options">How the model answers.</param>
    /// <exception cref="DirectoryNotFoundException">There is nothing at the path.</exception>
    /// <exception cref="FileNotFoundException">There is no such GGUF file, or the folder lacks its configuration or its weights.</exception>
    /// <exception cref="InvalidDataException">The file is no GGUF file.</exception>
    public BaseModelEstimator BaseModel(string path, BaseModelEstimator.Options? options = null) => new(_environment, path, options ?? new());

    /// <summary>Loads a pretrained model at once, for example to give it to several trainers as their initial model.</summary>
    /// <param name="path">A Hugging Face folder or a GGUF file.</param>
    /// <returns>The model; the caller disposes it.</returns>
    /// <exception cref="DirectoryNotFoundException">There is nothing at the path.</exception>
    /// <exception cref="FileNotFoundException">There is no such GGUF file, or the folder lacks its configuration or its weights.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, of another format, or does not belong to the others.</exception>
    /// <exception cref="NotSupportedException">The model needs something that is not implemented.</exception>
    public LanguageModel LoadModel(string path)
    {
        using var log = new TrainerHost(_environment, nameof(LoadModel)).Start();
        log.Info($"LoadModel: '{path}'");
        return PretrainedModel.Load(path);
    }

    /// <summary>The methods: each finds its model upstream, or in its options.</summary>
    public sealed class TrainerCatalog
    {
        private readonly IHostEnvironment _environment;
        private readonly AlignmentRun _run;

        internal TrainerCatalog(IHostEnvironment environment, AlignmentRun run) => (_environment, _run) = (environment, run);

        /// <summary>Supervised fine-tuning: imitates completions.</summary>
        /// <param name="options">How to train.</param>
        /// <param name="trainingSet">What to train on; null is the pipeline's data.</param>
        public SftTrainer Sft(SftTrainer.Options? options = null, IDataView? trainingSet = null) =>
            new(_environment, options ?? new(), _run, trainingSet);

        /// <summary>A reward model from pairs of a better and a worse completion.</summary>
        /// <param name="options">How to train.</param>
        /// <param name="trainingSet">What to train on; null is the pipeline's data.</param>
        public RewardModelTrainer RewardModel(RewardModelTrainer.Options? options = null, IDataView? trainingSet = null) =>
            new(_environment, options ?? new(), _run, trainingSet);

        /// <summary>Direct Preference Optimization (Rafailov et al., 2023, arXiv:2305.18290) on pairs of a better and a worse completion.</summary>
        /// <param name="options">How to train.</param>
        /// <param name="trainingSet">What to train on; null is the pipeline's data.</param>
        public DpoTrainer Dpo(DpoTrainer.Options? options = null, IDataView? trainingSet = null) =>
            new(_environment, options ?? new(), _run, trainingSet);
    }
}
