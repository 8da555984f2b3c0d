namespace Microsoft.ML.Alignment.Kernels;

/// <summary>
/// Which of two ways to compute is faster on a machine that does other things too. Both are measured in turn until the shortest time of each
/// stands still: it was met several times, so that it is no stroke of luck and the machine was free at those moments.
/// </summary>
/// <param name="First">Shortest time of the first.</param>
/// <param name="Second">Shortest time of the second.</param>
/// <param name="IsSure">Whether both shortest times stood still; else the machine was too busy to tell.</param>
internal readonly record struct KernelRace(double First, double Second, bool IsSure)
{
    private const int LeastRounds = 7, MostRounds = 100;

    // A shortest time stands still if so many measurements are within such a factor of it.
    private const int Meetings = 4;
    private const double Closeness = 1.04;

    /// <summary>Measures; a measurement gives the time of one run.</summary>
    public static KernelRace Run(Func<double> first, Func<double> second)
    {
        var (ofFirst, ofSecond) = (new List<double>(), new List<double>());
        for (var round = 0; round < MostRounds && !(round >= LeastRounds && StandsStill(ofFirst) && StandsStill(ofSecond)); round++)
        {
            ofFirst.Add(first());
            ofSecond.Add(second());
        }

        return new(ofFirst.Min(), ofSecond.Min(), StandsStill(ofFirst) && StandsStill(ofSecond));
    }

    /// <summary>Whether the first is so many times as slow as the second.</summary>
    public bool IsSecondFaster(double factor) => First > factor * Second;

    private static bool StandsStill(List<double> times) => times.Count(time => time <= Closeness * times.Min()) >= Meetings;
}
