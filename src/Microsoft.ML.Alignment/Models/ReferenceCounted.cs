namespace Microsoft.ML.Alignment.Models;

/// <summary>Something with several holders, freed when the last of them lets go. Starts with one holder. Thread-safe.</summary>
internal abstract class ReferenceCounted
{
    private int _holders = 1;

    /// <summary>Gets what it is, for messages.</summary>
    protected virtual string What => GetType().Name;

    /// <summary>Adds a holder.</summary>
    /// <exception cref="ObjectDisposedException">The last holder let go before.</exception>
    public void AddReference()
    {
        if (!TryAddReference())
            throw new ObjectDisposedException(null, $"{What} was freed and cannot be used again.");
    }

    /// <summary>Takes a holder away; the last one frees the object.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
            Free();
    }

    /// <summary>Frees what the object owns; called once.</summary>
    protected abstract void Free();

    // A plain increment could bring back to life what another thread is about to free.
    private bool TryAddReference()
    {
        for (var seen = Volatile.Read(ref _holders); seen > 0; seen = Volatile.Read(ref _holders))
        {
            if (Interlocked.CompareExchange(ref _holders, seen + 1, seen) == seen)
                return true;
        }

        return false;
    }
}
