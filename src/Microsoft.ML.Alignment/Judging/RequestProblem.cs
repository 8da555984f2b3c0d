namespace Microsoft.ML.Alignment.Judging;

/// <summary>What the failure of a request means.</summary>
internal static class RequestProblem
{
    /// <summary>Whether whoever asks has set what the client does not know, which no other request would change.</summary>
    public static bool IsOfOptions(Exception e) => e is NotSupportedException or ArgumentException { ParamName: "options" };

    /// <summary>Whether the client cannot read these messages, for example because they are too long for a model of ours.</summary>
    public static bool IsOfMessages(Exception e) => e is ArgumentException { ParamName: "messages" };

    /// <summary>Whether the provider would refuse the same request again.</summary>
    public static bool IsFinal(Exception e) => StatusOf(e) is >= 400 and < 500 and not (408 or 409 or 425 or 429);

    /// <summary>Whether there was no answer in time.</summary>
    /// <param name="e">What a request ended with that was not canceled.</param>
    public static bool IsTimeout(Exception e) => e is TimeoutException or OperationCanceledException || StatusOf(e) is 408 or 504;

    /// <summary>Whether the provider calls the request itself wrong, as those do that know no schemas.</summary>
    public static bool IsBadRequest(Exception e) => StatusOf(e) is 400 or 422;

    // Clients of providers have exceptions of their own, with the status of HTTP in a property of this name; none of them is referenced here.
    private static int? StatusOf(Exception e) => e is HttpRequestException http
        ? (int?)http.StatusCode
        : e.GetType().GetProperty("Status")?.GetValue(e) as int?;
}
