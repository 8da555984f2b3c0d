using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.Alignment;

/// <summary>What a GGUF file was found to have in common with the model of which it was written, when it was read back.</summary>
public sealed record GgufCertificate
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase, Converters = { new JsonStringEnumConverter() },
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>Gets the name of the file.</summary>
    public required string File { get; init; }

    /// <summary>Gets its size in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>Gets the SHA-256 of the file, in lower case.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Gets how its weights are encoded.</summary>
    public required GgufType Type { get; init; }

    /// <summary>Gets the number of conversations that were compared.</summary>
    public required int Conversations { get; init; }

    /// <summary>Gets the number of conversations that have the same token ids.</summary>
    public required int EqualTokenIds { get; init; }

    /// <summary>Gets the number of conversations that have the same greedy answer, token by token.</summary>
    public required int EqualAnswers { get; init; }

    /// <summary>Gets the share of positions at which the same token has the highest probability. In [0, 1].</summary>
    public required double AgreementRate { get; init; }

    /// <summary>Gets the mean divergence of the file's next token from the model's, KL(model ‖ file), in nats a token. At least 0.</summary>
    public required double MeanKL { get; init; }

    /// <summary>Gets the largest difference of the log-probability of a token of the conversations and answers, in nats.</summary>
    public required double LargestLogProbDifference { get; init; }

    /// <summary>Gets the largest error of a tensor, the root of its mean square over that of the tensor.</summary>
    public required double LargestTensorError { get; init; }

    /// <summary>Gets what is not as it should be, in words; empty if all is.</summary>
    public required IReadOnlyList<string> Findings { get; init; }

    /// <summary>Gets whether all is as it should be.</summary>
    public bool IsGood => Findings.Count == 0;

    /// <summary>The certificate as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Readable);

    /// <summary>Reads a certificate.</summary>
    /// <param name="json">What <see cref="ToJson"/> gave.</param>
    /// <exception cref="JsonException">The text is no certificate.</exception>
    public static GgufCertificate FromJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return JsonSerializer.Deserialize<GgufCertificate>(json, Readable) ?? throw new JsonException(
            "The text is 'null'; a certificate is an object.");
    }
}
