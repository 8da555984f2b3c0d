using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>Writes the small JSON files of models as people read them: indented, text unescaped.</summary>
internal static class JsonText
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The UTF-8 text of an object.</summary>
    public static byte[] Write(JsonObject value) => Encoding.UTF8.GetBytes(value.ToJsonString(Readable));
}
