using System.Globalization;
using Microsoft.ML.Alignment.Data;

namespace Microsoft.ML.Alignment.Trainers;

/// <summary>Checks the column that says how surely the chosen completions are the better ones.</summary>
internal static class ChosenProbabilities
{
    /// <summary>Refuses rows whose last value is no probability.</summary>
    /// <param name="rows">The rows that are trained on, and those of validation.</param>
    /// <param name="column">The column of the probabilities; null where there is none, and nothing to check.</param>
    /// <exception cref="InvalidDataException">A value lies outside of [0, 1].</exception>
    public static void Require(StageRows rows, string? column)
    {
        if (column is null)
            return;
        Require(rows.Training, column);
        if (rows.Validation is not null)
            Require(rows.Validation, column);
    }

    private static void Require(IExampleStore store, string column)
    {
        for (var index = 0; index < store.Count; index++)
            if (store.Read(index).Values[^1] is var found and (< 0 or > 1))
                throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                    $"Column '{column}' has {found}; a probability in [0, 1] is needed. It says how surely the chosen completion is " +
                    $"the better one."));
    }
}
