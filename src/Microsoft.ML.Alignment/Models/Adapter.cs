namespace Microsoft.ML.Alignment.Models;

/// <summary>Low-rank updates of a model's linear layers under one name; shared by every model that has it in its stack.</summary>
/// <param name="Name">Name of the stage that trained it, unique in a stack, e.g. <c>sft</c>.</param>
/// <param name="ConfigJson">Its <c>adapter_config.json</c> in PEFT's keys.</param>
/// <param name="Updates">By module path without <c>.weight</c>, e.g. <c>model.layers.0.self_attn.q_proj</c>.</param>
internal sealed record Adapter(string Name, string ConfigJson, IReadOnlyDictionary<string, LowRankUpdate> Updates);
