namespace Microsoft.ML.Alignment;

/// <summary>What columns are called unless somebody says otherwise.</summary>
internal static class ColumnNames
{
    public const string Prompt = "Prompt";
    public const string Completion = "Completion";
    public const string Chosen = "Chosen";
    public const string Rejected = "Rejected";
    public const string Label = "Label";
    public const string Score = "Score";
}
