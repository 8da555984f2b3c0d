namespace Microsoft.ML.Alignment.Data;

/// <summary>Tokenized examples that can be read in any order.</summary>
internal interface IExampleStore : IDisposable
{
    /// <summary>Gets the number of examples.</summary>
    int Count { get; }

    /// <summary>Gets the tokens of an example (<see cref="TokenizedExample.TokenCount"/>) without reading its ids.</summary>
    int TokenCount(int index);

    /// <summary>Reads one example.</summary>
    TokenizedExample Read(int index);
}
