using Microsoft.ML.Alignment.Formats;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>The small pretrained model with a chat template.</summary>
internal static class StoriesChat
{
    public static LanguageModel Load()
    {
        using var folder = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(Golden.Shared(StoriesModel.Folder)))
            File.Copy(file, folder[Path.GetFileName(file)]);
        File.WriteAllText(folder["chat_template.jinja"], "{% for m in messages %}{{ m.content }}{% endfor %}");
        using var loaded = PretrainedModel.Load(folder.Path);
        return loaded.MergedCopy(trains: false); // which reads no file any more
    }
}
