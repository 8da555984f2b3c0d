namespace Microsoft.ML.Alignment.Data.Conversions;

/// <summary>Which columns of a view are marked as conversations: facts that go over to rows made of them.</summary>
internal readonly record struct SourceFormats(bool PromptIsMessages, bool CompletionIsMessages)
{
    /// <exception cref="ArgumentException">Some completions are conversations and some are not.</exception>
    public static SourceFormats Of(DataViewSchema schema, string prompt, params string[] completions)
    {
        var kinds = completions.Select(name => TextFormat.IsMessages(schema[name])).Distinct().ToArray();
        if (kinds.Length > 1)
            throw new ArgumentException(
                $"Of the columns {string.Join(", ", completions.Select(name => $"'{name}'"))} some hold conversations and some text; "
                + "make them alike.");
        return new(TextFormat.IsMessages(schema[prompt]), kinds[0]);
    }
}
