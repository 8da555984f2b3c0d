using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;

namespace Microsoft.ML.Alignment.Tests.Support;

internal static class TokenSource
{
    /// <summary>A source of batches that hold nothing but tokens.</summary>
    public static DatasetSource<TokenBatch> Of(IExampleStore store, BatchPlan plan) => new(store, plan, examples => Collator.Pack(examples, endRows: false));
}
