using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.ML.Alignment;

/// <summary>Registers policies as chat clients.</summary>
public static class AlignedChatServices
{
    /// <summary>
    /// Registers the policy of a file as the <see cref="IChatClient"/> of a program, one for all callers; loaded when it is first asked for. As
    /// <see cref="AlignedChatClient"/> it can be told to reload. The container disposes it.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="path">A saved pipeline, of which the last policy answers; or a pretrained model, a Hugging Face folder or a GGUF file.</param>
    /// <param name="options">How it answers; null, the default, writes as the policy was told to when it was trained.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public static IServiceCollection AddAlignedChatClient(this IServiceCollection services, string path, ChatClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        services.AddSingleton(_ => new AlignedChatClient(path, options));
        return services.AddSingleton<IChatClient>(provider => provider.GetRequiredService<AlignedChatClient>());
    }
}
