using Microsoft.ML.Alignment.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>Several ranks in one process, a thread each, that meet at every call.</summary>
internal sealed class ThreadRanks(int size) : IDisposable
{
    private readonly Barrier _barrier = new(size);
    private readonly object?[] _slots = new object?[size];

    /// <summary>Runs a function on every rank.</summary>
    public TResult[] Run<TResult>(Func<ICollective, TResult> work)
    {
        var results = new TResult[size];
        var failures = new List<Exception>();
        Thread[] threads = [.. Enumerable.Range(0, size).Select(rank => new Thread(() =>
        {
            try
            {
                results[rank] = work(new Rank(this, rank));
            }
            catch (Exception e)
            {
                lock (failures)
                    failures.Add(e);
                _barrier.RemoveParticipant();
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        failures.Should().BeEmpty();
        return results;
    }

    public void Dispose() => _barrier.Dispose();

    private T[] Exchange<T>(int rank, T own)
    {
        _slots[rank] = own;
        _barrier.SignalAndWait();
        T[] all = [.. _slots.Cast<T>()];
        _barrier.SignalAndWait(); // nobody overwrites a slot that another rank has yet to read
        return all;
    }

    private sealed class Rank(ThreadRanks ranks, int rank) : ICollective
    {
        int ICollective.Rank => rank;

        public int Size => ranks._slots.Length;

        public Tensor Sum(Tensor own) => stack(Gather(own)).sum([0L]);

        public double[] Sum(double[] own)
        {
            var all = ranks.Exchange(rank, own);
            return [.. own.Select((_, at) => all.Sum(numbers => numbers[at]))];
        }

        public IReadOnlyList<Tensor> Gather(Tensor own)
        {
            // Numbers travel, as between processes: no rank holds another's tensors.
            var all = ranks.Exchange(rank, (own.detach().contiguous().data<float>().ToArray(), own.shape));
            return [.. all.Select(values => tensor(values.Item1).reshape(values.shape))];
        }
    }
}
