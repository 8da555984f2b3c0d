namespace Microsoft.ML.Alignment.Tests.LlamaCpp;

/// <summary>Tests that run llama.cpp, one after another; together they take less than 90 seconds.</summary>
[CollectionDefinition(Name)]
public sealed class LlamaCppRuns
{
    public const string Name = "llama.cpp";
}
