using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Native;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Trainers;

/// <summary>Watches a stage train, and writes the record that goes into its saved model.</summary>
/// <param name="incoming">
/// The policy that came in. It is hashed at once: a base that cannot be read stops a stage before it trains, not after.
/// </param>
internal sealed class ManifestRecorder(LanguageModel incoming) : ITrainingObserver
{
    private readonly string _baseHash = BaseHash.Of(incoming);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private StageEnd _end;

    public void Ended(StageEnd end) => _end = end;

    /// <summary>The record of the stage, which has ended.</summary>
    public TrainingRecord Record(TrainerSettings settings, ResolvedTraining training, DataRecord data) => new()
    {
        Method = settings.AdapterName,
        Options = SavedJson.ElementOf(settings.Options),
        Training = SavedJson.ElementOf(training),
        Data = data,
        BaseHash = _baseHash,
        Steps = _end.WeightsOfStep,
        Metrics = _end.Metrics,
        Environment = Environment(),
        Cost = _end.Reason == StageEndReason.Restored ? null : new(_clock.Elapsed.TotalSeconds, ProcessMemory.Peak),
    };

    private static EnvironmentRecord Environment()
    {
        var (library, runtime) = (typeof(ManifestRecorder).Assembly, AlignmentRuntime.Current);
        return new(
            VersionOf(library), VersionOf(typeof(Tensor).Assembly), VersionOf(typeof(MLContext).Assembly),
            RuntimeInformation.FrameworkDescription, runtime.MatrixKernel, runtime.Threads!.Value);
    }

    // Without the commit that stands behind a plus sign.
    private static string VersionOf(Assembly assembly) =>
        (assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
            ?? assembly.GetName().Version!.ToString()).Split('+')[0];
}
