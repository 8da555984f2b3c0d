using System.Runtime.CompilerServices;

namespace Microsoft.ML.Alignment;

/// <summary>Checks of option values, made when an option is assigned.</summary>
internal static class Require
{
    public static double Positive(double value, [CallerMemberName] string option = "") =>
        value > 0 && double.IsFinite(value) ? value : throw Refused(option, value, "a finite number above 0");

    public static double NotNegative(double value, [CallerMemberName] string option = "") =>
        value >= 0 && double.IsFinite(value) ? value : throw Refused(option, value, "a finite number of 0 or more");

    public static double AtMost(double maximum, double value, [CallerMemberName] string option = "") =>
        value <= maximum ? value : throw Refused(option, value, $"at most {maximum}");

    public static double? PositiveOrNull(double? value, [CallerMemberName] string option = "") =>
        value is null ? null : Positive(value.Value, option);

    public static int AtLeast(int minimum, int value, [CallerMemberName] string option = "") =>
        value >= minimum ? value : throw Refused(option, value, $"{minimum} or more");

    public static int? AtLeastOrNull(int minimum, int? value, [CallerMemberName] string option = "") =>
        value is null ? null : AtLeast(minimum, value.Value, option);

    public static double? FiniteOrNull(double? value, [CallerMemberName] string option = "") =>
        value is null || double.IsFinite(value.Value) ? value : throw Refused(option, value, "a finite number");

    public static IReadOnlyList<double>? FiniteOrNull(IReadOnlyList<double>? values, [CallerMemberName] string option = "") =>
        values?.All(double.IsFinite) != false ? values : throw Refused(option, $"[{string.Join(", ", values)}]", "a list of finite numbers");

    public static long? AtLeastOrNull(long minimum, long? value, [CallerMemberName] string option = "") =>
        value is null || value >= minimum ? value : throw Refused(option, value, $"{minimum} or more");

    public static double NotZero(double value, [CallerMemberName] string option = "") =>
        value != 0 && double.IsFinite(value) ? value : throw Refused(option, value, "a finite number other than 0");

    /// <summary>A value in [<paramref name="from"/>, <paramref name="below"/>).</summary>
    public static double InRange(double from, double below, double value, [CallerMemberName] string option = "") =>
        value >= from && value < below ? value : throw Refused(option, value, $"a number in [{from}, {below})");

    public static string NotEmpty(string value, [CallerMemberName] string option = "") =>
        string.IsNullOrWhiteSpace(value) ? throw new ArgumentException($"{option} is empty; give it a name.", option) : value;

    public static T NotNull<T>(T? value, [CallerMemberName] string option = "")
        where T : class => value ?? throw new ArgumentNullException(option, $"{option} is null; give it a value, or leave it out.");

    private static ArgumentOutOfRangeException Refused(string option, object value, string allowed) =>
        new(option, value, $"{option} is {value}; allowed is {allowed}.");
}
