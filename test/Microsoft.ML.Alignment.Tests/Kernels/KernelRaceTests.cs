using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Native;

namespace Microsoft.ML.Alignment.Tests.Kernels;

/// <summary>A race of two kernels with clocks that tests script.</summary>
public sealed class KernelRaceTests
{
    [Fact]
    public void OnAQuietMachineSevenRoundsAreEnough()
    {
        var rounds = 0;
        var race = KernelRace.Run(() => ++rounds % 2 == 0 ? 2.0 : 2.03, () => 1.0);
        race.Should().Be(new KernelRace(2.0, 1.0, IsSure: true));
        rounds.Should().Be(7);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void UnderLoadItGoesOnUntilBothMetAQuietMachine(int seed)
    {
        // Four of five runs are disturbed, by up to ten times their length: seven rounds would often tell the contrary.
        var random = new Random(seed);
        var race = KernelRace.Run(() => Disturbed(2), () => Disturbed(1));
        race.IsSure.Should().BeTrue();
        race.IsSecondFaster(1.2).Should().BeTrue();

        double Disturbed(double time) => time * (random.Next(5) == 0 ? 1 + (0.01 * random.NextDouble()) : 1.1 + (9 * random.NextDouble()));
    }

    [Fact]
    public void AStrokeOfLuckIsNoShortestTime()
    {
        var round = 0;
        var race = KernelRace.Run(() => 2, () => ++round == 1 ? 0.5 : 1 + round);
        race.IsSure.Should().BeFalse("the shortest time was met once only");
        round.Should().Be(100);
    }

    [Fact]
    public void TheClockOfAThreadStandsStillWhileAnotherWorks()
    {
        if (!OperatingSystem.IsLinux())
            return;
        var (own, wall) = (ThreadClock.Milliseconds(worksAlone: true), ThreadClock.Milliseconds(worksAlone: false));
        var worker = new Thread(() => SpinWait.SpinUntil(() => ThreadClock.Milliseconds(worksAlone: false) - wall > 50));
        worker.Start();
        worker.Join();
        (ThreadClock.Milliseconds(worksAlone: false) - wall).Should().BeGreaterThan(50);
        (ThreadClock.Milliseconds(worksAlone: true) - own).Should().BeLessThan(25);
    }
}
