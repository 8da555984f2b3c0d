using System.Diagnostics;

namespace Microsoft.ML.Alignment.Tokenization.Jinja;

/// <summary>What one rendering may still do: characters that it reads and makes, items that it holds, and time.</summary>
/// <remarks>
/// Work is charged before it is done. What was made is never given back, so the same number bounds what a rendering can hold at once.
/// The thread that renders holds it, since comparers that .NET calls (equality of keys, sorting) and some forty functions of values would have to be
/// given it otherwise, most of them only to hand it on. A rendering never leaves its thread.
/// </remarks>
internal sealed class JinjaBudget
{
    private const int ChargesBetweenClocks = 1024;

    [ThreadStatic]
    private static JinjaBudget? _current;

    private readonly long _started = Stopwatch.GetTimestamp();
    private long _left = JinjaLimits.Work;
    private int _charges;

    /// <summary>Runs a rendering with a budget of its own.</summary>
    public static T Run<T>(Func<T> render)
    {
        var outer = _current;
        _current = new JinjaBudget();
        try
        {
            return render();
        }
        finally
        {
            _current = outer;
        }
    }

    /// <summary>Charges characters that are about to be read or made.</summary>
    public static void ChargeCharacters(long count) => _current?.Charge(count + 1);

    /// <summary>Charges values that are about to be made and held.</summary>
    public static void ChargeItems(long count) => _current?.Charge(count * JinjaLimits.CharactersOfItem);

    /// <summary>Charges items that are about to be looked at.</summary>
    public static void ChargeVisits(long count) => _current?.Charge((count * JinjaLimits.CharactersOfVisit) + 1);

    private void Charge(long work)
    {
        _left -= work;
        if (_left < 0)
        {
            throw new JinjaFailure(
                $"rendering reads and makes more than {JinjaLimits.Work} characters (a value counts as {JinjaLimits.CharactersOfItem}).");
        }

        if (++_charges % ChargesBetweenClocks == 0 && Stopwatch.GetElapsedTime(_started) > JinjaLimits.Time)
            throw new JinjaFailure($"rendering takes longer than {JinjaLimits.Time.TotalSeconds:0} seconds.");
    }
}
