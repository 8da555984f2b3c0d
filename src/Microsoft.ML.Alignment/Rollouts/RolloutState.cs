using System.Runtime.InteropServices;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Rollouts;

/// <summary>Keeps a round that is trained on, so that a run that stops within it goes on with the same completions.</summary>
internal static class RolloutState
{
    private const string Name = "rollout";

    // Arrays of a completion that may be null; where one completion has them, all have.
    private static readonly (string Name, Func<SampledRow, float[]?> Get, Action<SampledRow, float[]> Set)[] Arrays =
    [
        ("logProbs", row => row.LogProbs, (row, value) => row.LogProbs = value),
        ("referenceLogProbs", row => row.ReferenceLogProbs, (row, value) => row.ReferenceLogProbs = value),
        ("values", row => row.Values, (row, value) => row.Values = value),
        ("returns", row => row.Returns, (row, value) => row.Returns = value),
    ];

    /// <summary>Writes a round down.</summary>
    /// <param name="rollout">The round; null between two.</param>
    /// <param name="writer">Takes it.</param>
    public static void Save(Rollout? rollout, IStateWriter writer)
    {
        if (rollout is null)
        {
            writer.WriteValue<SavedRollout?>(Name, null);
            return;
        }

        SampledRow[] rows = [.. rollout.Rows];
        string[] held = [.. Arrays.Where(array => array.Get(rows[0]) is not null).Select(array => array.Name)];
        writer.WriteValue<SavedRollout?>(Name, new(rollout.Round, [.. rollout.Groups.Select(SavedGroup.Of)], rollout.Report, held));
        Write(writer, "advantages", rows.Where(row => row.Advantages is not null).SelectMany(row => row.Advantages!));
        foreach (var (name, get, _) in Arrays.Where(array => held.Contains(array.Name)))
            Write(writer, name, rows.SelectMany(row => get(row)!));
    }

    /// <summary>Takes a round back.</summary>
    /// <returns>Null between two rounds.</returns>
    public static Rollout? Restore(IStateReader reader)
    {
        if (reader.ReadValue<SavedRollout?>(Name) is not { } saved)
            return null;
        SampledGroup[] groups = [.. saved.Groups.Select(group => group.ToGroup())];
        SampledRow[] rows = [.. groups.SelectMany(group => group.Rows)];
        var trains = saved.Groups.SelectMany(group => group.Rows).Select(row => row.Trains);
        Split(reader, "advantages", rows.Zip(trains).Where(pair => pair.Second).Select(pair => pair.First), (row, value) => row.Advantages = value);
        foreach (var (name, _, set) in Arrays.Where(array => saved.Arrays.Contains(array.Name)))
            Split(reader, name, rows, set);
        return new(saved.Round, groups) { Report = saved.Report };
    }

    private static void Split(IStateReader reader, string name, IEnumerable<SampledRow> rows, Action<SampledRow, float[]> set)
    {
        var (values, start) = (MemoryMarshal.Cast<byte, float>(reader.ReadValue<byte[]>($"{Name}/{name}")).ToArray(), 0);
        foreach (var row in rows)
            set(row, values[start..(start += row.Ids.Length)]);
    }

    private static void Write(IStateWriter writer, string name, IEnumerable<float> values) =>
        writer.WriteValue($"{Name}/{name}", MemoryMarshal.AsBytes(values.ToArray().AsSpan()).ToArray());

    private sealed record SavedRollout(long Round, SavedGroup[] Groups, IReadOnlyDictionary<string, double> Report, string[] Arrays);

    private sealed record SavedGroup(int Index, int[] Prompt, SavedRow[] Rows)
    {
        public static SavedGroup Of(SampledGroup group) =>
            new(
                group.Index, group.Prompt,
                [.. group.Rows.Select(row => new SavedRow(row.Ids, row.Ended, row.Score, row.Advantages is not null, row.Note))]);

        public SampledGroup ToGroup() =>
            new(Index, Prompt, [.. Rows.Select(row => new SampledRow(row.Ids, row.Ended) { Score = row.Score, Note = row.Note })]);
    }

    private sealed record SavedRow(int[] Ids, bool Ended, double? Score, bool Trains, RowNote? Note);
}
