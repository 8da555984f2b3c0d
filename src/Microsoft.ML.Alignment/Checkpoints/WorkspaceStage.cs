using System.Globalization;
using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Checkpoints;

/// <summary>The checkpoints of one stage, and its finished weights: each a folder that is there whole or not at all.</summary>
/// <param name="stage">The method, for messages.</param>
/// <param name="folder">The stage's folder.</param>
/// <param name="identity">What the result is a function of.</param>
/// <param name="run">How often to write, and how many to keep.</param>
internal sealed class WorkspaceStage(string stage, string folder, RunIdentity identity, AlignmentRun run) : ICheckpoints
{
    private const string Prefix = "checkpoint-";
    private const string Finished = "finished";
    private const string Weights = "weights.safetensors";
    private const string Others = "optimizer.safetensors";

    /// <inheritdoc/>
    public string Folder { get; } = folder;

    /// <inheritdoc/>
    public string? Newest => Steps().LastOrDefault() is var last and > 0 ? PathOf(last) : null;

    /// <inheritdoc/>
    public KeptStage? Restore(TrainedTensors tensors)
    {
        var finished = Path.Combine(Folder, Finished);
        if ((Directory.Exists(finished) ? finished : Newest) is not { } found)
            return null;
        try
        {
            var file = CheckpointFile.Read(found);
            if (identity.DifferencesFrom(file.Identity) is { Count: > 0 } differences)
                throw WorkspaceException.Differs(stage, found, differences);
            TensorFile.Read(Path.Combine(found, Weights), file.Files[Weights], tensors.Weights);
            if (file.Ended is null)
                RestoreOthers(Path.Combine(found, Others), file, tensors);
            tensors.Dropout.State = file.Generator;
            return new(file.State, file.Ended);
        }
        catch (Exception e) when (e is InvalidDataException or IOException || FileErrors.IsOfParsing(e))
        {
            throw WorkspaceException.Damaged(stage, found, e);
        }
    }

    /// <inheritdoc/>
    public bool IsDue(TrainingState state) => state.Step > 0 && state.Step % run.CheckpointEverySteps == 0;

    /// <inheritdoc/>
    public string Save(TrainingState state, TrainedTensors tensors)
    {
        var path = PathOf(state.Step);
        if (!Directory.Exists(path))
            Write(path, tensors.SaveOthers(), tensors, state, ended: null);
        var steps = Steps();
        foreach (var step in steps.SkipLast(run.KeepLast).Where(step => step != state.BestStep))
            Remove(PathOf(step));
        return path;
    }

    /// <inheritdoc/>
    public void Finish(TrainingState state, StageEndReason reason, TrainedTensors tensors) =>
        Write(Path.Combine(Folder, Finished), null, tensors, state, reason);

    /// <inheritdoc/>
    public void LoadWeights(int step, TrainedTensors tensors)
    {
        var path = PathOf(step);
        try
        {
            TensorFile.Read(Path.Combine(path, Weights), CheckpointFile.Read(path).Files[Weights], tensors.Weights);
        }
        catch (Exception e) when (e is InvalidDataException or IOException || FileErrors.IsOfParsing(e))
        {
            throw WorkspaceException.Damaged(stage, path, e);
        }
    }

    private static void RestoreOthers(string path, CheckpointFile file, TrainedTensors tensors)
    {
        using var scope = NewDisposeScope();
        tensors.RestoreOthers(new(TensorFile.Read(path, file.Files[Others]), new(file.States)));
    }

    private void Write(
        string path, StateBag? others, TrainedTensors tensors, TrainingState state, StageEndReason? ended) =>
        AtomicFile.WriteFolder(path, temporary =>
        {
            var files = new Dictionary<string, IReadOnlyDictionary<string, Tensor>> { [Weights] = tensors.Weights };
            if (others is not null)
                files[Others] = others.Tensors;
            var file = new CheckpointFile
            {
                Ended = ended,
                State = state,
                Identity = identity.Facts,
                Generator = tensors.Dropout.State,
                States = others?.Values ?? [],
                Files = files.ToDictionary(entry => entry.Key, entry => TensorFile.Write(Path.Combine(temporary, entry.Key), entry.Value)),
            };
            AtomicFile.Write(Path.Combine(temporary, CheckpointFile.Name), stream => stream.Write(file.Write()));
        });

    private int[] Steps() => !Directory.Exists(Folder) ? [] :
    [
        .. Directory.GetDirectories(Folder, Prefix + "*")
            .Select(path => Path.GetFileName(path)[Prefix.Length..])
            .Select(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var step) ? step : 0)
            .Where(step => step > 0).Order(),
    ];

    private string PathOf(int step) => Path.Combine(Folder, FormattableString.Invariant($"{Prefix}{step}"));

    // Under another name first: what is interrupted must not leave half a checkpoint under the name of a whole one.
    private static void Remove(string path)
    {
        var removed = AtomicFile.TemporaryNameOf(path);
        Directory.Move(path, removed);
        Directory.Delete(removed, recursive: true);
    }
}
