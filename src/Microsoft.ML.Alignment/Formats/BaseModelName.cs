using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>The name of a base in what is given to others: never a path of this machine.</summary>
internal static class BaseModelName
{
    /// <summary>The hub's name where the base's configuration says one, else the last name of where it came from.</summary>
    public static string Of(LanguageModel model)
    {
        var config = JsonSettings.Parse(model.Files.Text(ModelFiles.Config)!, ModelFiles.Config);
        return config.FindText("_name_or_path") is { } id && IsOfHub(id) ? id : ModelDescription.NameOf(model);
    }

    /// <summary>Whether a name is no path of a machine.</summary>
    public static bool IsOfHub(string name) => !IsPath(name) && name.Count(c => c == '/') == 1;

    /// <summary>Whether a name says where something lies on a machine, be it this one or another.</summary>
    public static bool IsPath(string name) =>
        name is ['/' or '.' or '~', ..] || name.Contains('\\') || name.Contains(':') || name.Count(c => c == '/') > 1;
}
