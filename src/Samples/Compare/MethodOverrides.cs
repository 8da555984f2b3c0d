using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.Alignment;
using Samples.Terminal;

namespace Samples.Compare;

/// <summary>What a file given with <c>--options</c> says of methods, by key: <c>{"orpo": {"oddsRatioWeight": 0.3}}</c>.</summary>
internal sealed class MethodOverrides
{
    /// <summary>The key of the SFT stage that methods start from.</summary>
    public const string SftKey = "sft";

    private readonly string? _path;
    private readonly JsonObject _methods;

    private MethodOverrides(string? path, JsonObject methods) => (_path, _methods) = (path, methods);

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file; null overrides nothing.</param>
    /// <exception cref="UsageException">There is no such file, it is no JSON object, or it names a method that there is none of.</exception>
    public static MethodOverrides Read(string? path)
    {
        if (path is null)
            return new(null, []);
        try
        {
            var methods = JsonNode.Parse(File.ReadAllText(path)) as JsonObject
                ?? throw new JsonException("It is no object with a member a method.");
            string[] known = [SftKey, .. ComparedMethods.All.Select(method => method.Key)];
            return methods.FirstOrDefault(method => !known.Contains(method.Key)).Key is { } key
                ? throw new UsageException($"--options {path}: there is no method '{key}'; there are {string.Join(", ", known)}.")
                : new(path, methods);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--options {path}: {e.Message}");
        }
    }

    /// <summary>Options with what the file says of the method in their place.</summary>
    /// <exception cref="UsageException">The file names something that is no option of the method, or has a value that is refused.</exception>
    public T Apply<T>(string key, T options)
        where T : class
    {
        try
        {
            return _methods[key] is { } json ? AlignmentOptions.Parse(json.ToJsonString(), options) : options;
        }
        catch (FormatException e)
        {
            throw new UsageException($"--options {_path}: {key}: {e.Message}");
        }
    }
}
