namespace Microsoft.ML.Alignment.EndToEnd.Tests.Support;

/// <summary>
/// A pretrained model of 260 thousand weights. What separates the stories that it read is <c>&lt;s&gt;</c>; the end token that its files
/// name was never among them, and an adapter cannot teach it a token whose row of the frozen head is not trained. So answers end with
/// <c>&lt;s&gt;</c> here.
/// </summary>
internal static class StoriesModel
{
    /// <summary>Copies the model into a folder of a test.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="chatTemplate">The template it is to have; null for none.</param>
    /// <returns>The path of the model.</returns>
    public static string CopyTo(TemporaryFolder folder, string? chatTemplate = null)
    {
        var copy = folder.Copy(TestFiles.Stories, "stories");
        foreach (var name in new[] { "config.json", "generation_config.json" })
        {
            var path = Path.Combine(copy, name);
            File.WriteAllText(path, File.ReadAllText(path).Replace("\"eos_token_id\": 2", "\"eos_token_id\": 1", StringComparison.Ordinal));
        }

        if (chatTemplate is not null)
            File.WriteAllText(Path.Combine(copy, "chat_template.jinja"), chatTemplate);
        return copy;
    }
}
