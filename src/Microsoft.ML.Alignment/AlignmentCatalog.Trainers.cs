using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <content>The methods.</content>
public sealed partial class AlignmentCatalog
{
    /// <summary>The methods: each finds its model upstream, or in its options.</summary>
    public sealed class TrainerCatalog
    {
        private readonly IHostEnvironment _environment;
        private readonly AlignmentRun _run;

        internal TrainerCatalog(IHostEnvironment environment, AlignmentRun run) => (_environment, _run) = (environment, run);

        /// <summary>Supervised fine-tuning: imitates completions.</summary>
        /// <param name="options">How to train.</param>
        /// <param name="trainingSet">What to train on; null is the pipeline's data.</param>
        /// <param name="validationSet">What to measure on while training; null for nothing. It needs the training set's columns.</param>
        public SftTrainer Sft(SftTrainer.Options? options = null, IDataView? trainingSet = null, IDataView? validationSet = null) =>
            new(_environment, options ?? new(), new(_run, trainingSet, validationSet));

        /// <summary>A reward model from pairs of a better and a worse completion.</summary>
        /// <param name="options">How to train.</param>
        /// <param name="trainingSet">What to train on; null is the pipeline's data.</param>
        /// <param name="validationSet">What to measure on while training; null for nothing. It needs the training set's columns.</param>
        public RewardModelTrainer RewardModel(
            RewardModelTrainer.Options? options = null, IDataView? trainingSet = null, IDataView? validationSet = null) =>
            new(_environment, options ?? new(), new(_run, trainingSet, validationSet));

        /// <summary>
        /// Direct Preference Optimization (Rafailov et al., 2023, arXiv:2305.18290) on pairs of a better and a worse completion.
        /// </summary>
        /// <param name="options">How to train.</param>
        /// <param name="trainingSet">What to train on; null is the pipeline's data.</param>
        /// <param name="validationSet">What to measure on while training; null for nothing. It needs the training set's columns.</param>
        public DpoTrainer Dpo(DpoTrainer.Options? options = null, IDataView? trainingSet = null, IDataView? validationSet = null) =>
            new(_environment, options ?? new(), new(_run, trainingSet, validationSet));

        /// <summary>
        /// Identity preference optimization (Azar et al., 2023, arXiv:2310.12036) on pairs: DPO with a margin that does not grow for
        /// ever.
        /// </summary>
        /// <param name="options">How to train.</param>
        /// <param name="trainingSet">What to train on; null is the pipeline's data.</param>
        /// <param name="validationSet">What to measure on while training; null for nothing. It needs the training set's columns.</param>
        public IpoTrainer Ipo(IpoTrainer.Options? options = null, IDataView? trainingSet = null, IDataView? validationSet = null) =>
            new(_environment, options ?? new(), new(_run, trainingSet, validationSet));

        /// <summary>
        /// Simple preference optimization (Meng et al., 2024, arXiv:2405.14734) on pairs, without a reference; also AlphaPO.
        /// </summary>
        /// <param name="options">How to train.</param>
        /// <param name="trainingSet">What to train on; null is the pipeline's data.</param>
        /// <param name="validationSet">What to measure on while training; null for nothing. It needs the training set's columns.</param>
        public SimPoTrainer SimPo(SimPoTrainer.Options? options = null, IDataView? trainingSet = null, IDataView? validationSet = null) =>
            new(_environment, options ?? new(), new(_run, trainingSet, validationSet));

        /// <summary>Contrastive preference optimization (Xu et al., 2024, arXiv:2401.08417) on pairs, without a reference.</summary>
        /// <param name="options">How to train.</param>
        /// <param name="trainingSet">What to train on; null is the pipeline's data.</param>
        /// <param name="validationSet">What to measure on while training; null for nothing. It needs the training set's columns.</param>
        public CpoTrainer Cpo(CpoTrainer.Options? options = null, IDataView? trainingSet = null, IDataView? validationSet = null) =>
            new(_environment, options ?? new(), new(_run, trainingSet, validationSet));

        /// <summary>
        /// Odds ratio preference optimization (Hong et al., 2024, arXiv:2403.07691) on pairs: imitates and prefers in one stage, without
        /// a reference.
        /// </summary>
        /// <param name="options">How to train.</param>
        /// <param name="trainingSet">What to train on; null is the pipeline's data.</param>
        /// <param name="validationSet">What to measure on while training; null for nothing. It needs the training set's columns.</param>
        /// <exception cref="ArgumentException">Both terms of the loss have a weight of 0.</exception>
        public OrpoTrainer Orpo(OrpoTrainer.Options? options = null, IDataView? trainingSet = null, IDataView? validationSet = null) =>
            new(_environment, options ?? new(), new(_run, trainingSet, validationSet));

        /// <summary>
        /// Group relative policy optimization (Shao et al., 2024, arXiv:2402.03300): learns from rewards of several completions that the
        /// policy writes of each prompt.
        /// </summary>
        /// <param name="options">How to train, and by which rewards.</param>
        /// <param name="trainingSet">The prompts to train on; null is the pipeline's data.</param>
        /// <param name="validationSet">Prompts whose rewards are measured while training; null for none.</param>
        /// <exception cref="ArgumentException">Options do not go together.</exception>
        public GrpoTrainer Grpo(GrpoTrainer.Options? options = null, IDataView? trainingSet = null, IDataView? validationSet = null) =>
            new(_environment, options ?? new(), new(_run, trainingSet, validationSet));

        /// <summary>
        /// Online direct preference optimization (Guo et al., 2024, arXiv:2402.04792): DPO on pairs that the policy writes while it trains, and
        /// rewards rank.
        /// </summary>
        /// <param name="options">How to train, and by which rewards.</param>
        /// <param name="trainingSet">The prompts to train on; null is the pipeline's data.</param>
        /// <param name="validationSet">Prompts whose rewards are measured while training; null for none.</param>
        /// <exception cref="ArgumentException">Options do not go together.</exception>
        public OnlineDpoTrainer OnlineDpo(OnlineDpoTrainer.Options? options = null, IDataView? trainingSet = null, IDataView? validationSet = null) =>
            new(_environment, options ?? new(), new(_run, trainingSet, validationSet));

        /// <summary>
        /// REINFORCE leave-one-out (Ahmadian et al., 2024, arXiv:2402.14740): learns from rewards of several completions that the policy
        /// writes of each prompt, each compared with the others.
        /// </summary>
        /// <param name="options">How to train, and by which rewards.</param>
        /// <param name="trainingSet">The prompts to train on; null is the pipeline's data.</param>
        /// <param name="validationSet">Prompts whose rewards are measured while training; null for none.</param>
        /// <exception cref="ArgumentException">Options do not go together.</exception>
        public RlooTrainer Rloo(RlooTrainer.Options? options = null, IDataView? trainingSet = null, IDataView? validationSet = null) =>
            new(_environment, options ?? new(), new(_run, trainingSet, validationSet));

        /// <summary>
        /// Proximal policy optimization (Ouyang et al., 2022, arXiv:2203.02155): learns from a reward model's scores of what the policy
        /// writes, with a critic and a cost of leaving the policy that came in.
        /// </summary>
        /// <param name="options">How to train.</param>
        /// <param name="trainingSet">The prompts to train on; null is the pipeline's data.</param>
        /// <param name="validationSet">Prompts whose rewards are measured while training; null for none.</param>
        /// <exception cref="ArgumentException">Options do not go together.</exception>
        public PpoTrainer Ppo(PpoTrainer.Options? options = null, IDataView? trainingSet = null, IDataView? validationSet = null) =>
            new(_environment, options ?? new(), new(_run, trainingSet, validationSet));

        /// <summary>
        /// Kahneman-Tversky Optimization (Ethayarajh et al., 2024, arXiv:2402.01306) on completions labelled as desirable or not.
        /// </summary>
        /// <param name="options">How to train.</param>
        /// <param name="trainingSet">What to train on; null is the pipeline's data.</param>
        /// <param name="validationSet">
        /// What to measure on while training; null for nothing. It needs the columns of the training set.
        /// </param>
        public KtoTrainer Kto(KtoTrainer.Options? options = null, IDataView? trainingSet = null, IDataView? validationSet = null) =>
            new(_environment, options ?? new(), new(_run, trainingSet, validationSet));

        /// <summary>
        /// Binary Classifier Optimization (Jung et al., 2024, arXiv:2404.04656) on completions labelled as desirable or not.
        /// </summary>
        /// <param name="options">How to train.</param>
        /// <param name="trainingSet">What to train on; null is the pipeline's data.</param>
        /// <param name="validationSet">
        /// What to measure on while training; null for nothing. It needs the columns of the training set.
        /// </param>
        public BcoTrainer Bco(BcoTrainer.Options? options = null, IDataView? trainingSet = null, IDataView? validationSet = null) =>
            new(_environment, options ?? new(), new(_run, trainingSet, validationSet));
    }
}
