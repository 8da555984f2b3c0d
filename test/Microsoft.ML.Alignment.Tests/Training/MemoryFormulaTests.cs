using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Tests.Data;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Tests.Training;

public sealed class MemoryFormulaTests : IDisposable
{
    private readonly LanguageModel _model = TestModels.Tiny(1);

    public void Dispose() => _model.Dispose();

    [Fact]
    public void APassWithCompletionsOfOtherRowsIsCountedAsOneOfTwiceTheRows()
    {
        Activations(Plan(microBatchSize: 3), rows: 3, passesOfRow: 2).Should().Be(Activations(Plan(microBatchSize: 6), rows: 6));
    }

    [Fact]
    public void AReferenceThatIsAskedForManyRowsCountsWhereTheModelHasFewLayers()
    {
        var (alone, together) = (Plan(microBatchSize: 1), Plan(microBatchSize: 90));

        Activations(alone, rows: 90, reference: _model).Should().BeGreaterThan(Activations(alone, rows: 90));
        Activations(together, rows: 90, reference: _model).Should().Be(Activations(together, rows: 90));
    }

    [Fact]
    public void NoPassOfTheReferenceIsCountedWithMoreRowsThanItHas()
    {
        var plan = Plan(microBatchSize: 1);

        Activations(plan, rows: 3000, reference: _model).Should().Be(Activations(plan, rows: 2000, reference: _model));
    }

    private static BatchPlan Plan(int microBatchSize) => new(microBatchSize, microBatchSize, 0, Shuffle: false);

    private long Activations(BatchPlan plan, int rows, LanguageModel? reference = null, int passesOfRow = 1)
    {
        var example = new TokenizedExample([1, 2, 3], [[4, 5]], [1]);
        return MemoryFormula.Estimate(
            _model, reference, Precision.Float32, plan, new ListStore([.. Enumerable.Repeat(example, rows)]), passesOfRow).Activations;
    }
}
