using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>What a trainer needs of ML.NET: a seed, a log, and to know when to stop.</summary>
internal sealed class TrainerHost(IHostEnvironment environment, string name)
{
    private readonly IHost _host = environment.Register(name);

    /// <summary>Gets the environment in which transformers are made.</summary>
    public IHostEnvironment Environment { get; } = environment;

    /// <summary>Gets the context that names the trainer in errors.</summary>
    public IExceptionContext Context => _host;

    /// <summary>
    /// Gets the seed of the <see cref="MLContext"/>; 0 if it has none. The same in every fit, unlike the context's random numbers.
    /// </summary>
    public int Seed => (Environment as IHostEnvironmentInternal)?.Seed ?? 0;

    /// <summary>Opens the log of a fit, which readers of <see cref="MLContext.Log"/> see under the trainer's name.</summary>
    public FitLog Start() => new(_host.Start("Fit"));

    /// <exception cref="OperationCanceledException">The context was told to stop, for example by AutoML.</exception>
    public void CheckAlive() => _host.CheckAlive();

    internal sealed class FitLog(IChannel channel) : IDisposable
    {
        public void Info(string line) => channel.Info("{0}", line);

        public void Dispose() => channel.Dispose();
    }
}
