using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Data.Reading;

/// <summary>Makes an example of a row, or says why it cannot.</summary>
internal sealed class ExampleBuilder(ExampleColumns columns, TextEncoder encoder, ReadOptions options)
{
    private readonly LostMark _mark = new(columns.Prompt, options.KnowsFormat);

    /// <summary>Gets how many prompts were cut so far.</summary>
    public long PromptsCut { get; private set; }

    /// <summary>Gets of how many rows completions were cut so far.</summary>
    public long CompletionsCut { get; private set; }

    /// <summary>Gets how many prompts that are not read as messages look like dialogues so far.</summary>
    public long Dialogues { get; private set; }

    /// <summary>Gets the tokens of the latest row's prompt before it was cut.</summary>
    public int PromptLength { get; private set; }

    /// <exception cref="InvalidRowException">The row cannot be used.</exception>
    public TokenizedExample Build(ExampleRows row)
    {
        var values = Values(row);
        var text = row.Prompt();
        if (string.IsNullOrWhiteSpace(text))
            throw new InvalidRowException(columns.Prompt, "missing prompt", "the prompt is missing or blank.");
        _mark.Look(text);
        if (options.EveryTurn && encoder.Turns is { } turns)
            return Turns(row, text, values, turns);
        var prompt = Encode(columns.Prompt, () => encoder.Prompt(text));
        PromptLength = prompt.Length;
        var completions = new int[columns.Completions.Count][];
        for (var c = 0; c < completions.Length; c++)
            completions[c] = Completion(row, text, c);
        RefuseEqual(completions);
        var example = new TokenizedExample(Fit(text, prompt, completions), completions, values) { PromptText = options.KeepsPrompts ? text : null };
        Dialogues += !encoder.ReadsMessages && DialogueMarkers.HumanAssistant.AreIn(text) ? 1 : 0;
        return example;
    }

    /// <summary>Refuses rows that were all conversations, and were not read as such.</summary>
    /// <exception cref="InvalidDataException">They were.</exception>
    public void RequireMark() => _mark.Require();

    private float[] Values(ExampleRows row)
    {
        var values = new float[columns.Values.Count];
        for (var v = 0; v < values.Length; v++)
        {
            values[v] = row.Value(v);
            if (!float.IsFinite(values[v]))
                throw new InvalidRowException(columns.Values[v], "not a finite number", $"found {values[v]}, a finite number is needed.");
        }

        return values;
    }

    private int[] Completion(ExampleRows row, string prompt, int index)
    {
        var column = columns.Completions[index];
        var text = row.Completion(index);
        if (string.IsNullOrWhiteSpace(text))
            throw new InvalidRowException(column, "empty completion", "the completion is missing or blank.");
        var ids = Encode(column, () => encoder.Completion(prompt, text));
        return options.LeavesOutUntrained && !encoder.IsTrained(text) ? throw new UntrainedRowException(column) : ids;
    }

    // A conversation has no part that could be left out without another's losing what it answers.
    private TokenizedExample Turns(ExampleRows row, string prompt, float[] values, Func<string, string, EncodedTurns?> encode)
    {
        var column = columns.Completions[0];
        var completion = row.Completion(0);
        if (string.IsNullOrWhiteSpace(completion))
            throw new InvalidRowException(column, "empty completion", "the completion is missing or blank.");
        var (before, turns, untrained) = Guard(column, () => encode(prompt, completion) ?? throw new UntrainedRowException(column));
        PromptLength = before.Length;
        var room = options.MaxLength - before.Length;
        if (turns.Length <= room)
            return new(before, [turns], values) { Untrained = untrained };
        if (options.LongCompletions != LongCompletions.Cut || room <= 0)
            throw new InvalidRowException(column, "too long",
                $"the conversation has {before.Length + turns.Length} tokens; the maximum length is {options.MaxLength}.");
        CompletionsCut++;
        var whole = 0;
        while (whole < untrained.Length && untrained[whole + 1] < room)
            whole += 2;
        var end = whole < untrained.Length ? Math.Min(room, untrained[whole]) : room;
        return new(before, [turns[..end]], values) { Untrained = untrained[..whole] };
    }

    private int[] Encode(string column, Func<int[]> encode)
    {
        var ids = Guard(column, encode);
        return ids.Length > 0 ? ids : throw new InvalidRowException(column, "no tokens", "the text has no tokens.");
    }

    private T Guard<T>(string column, Func<T> encode)
    {
        try
        {
            return encode();
        }
        catch (InvalidExampleException invalid)
        {
            var at = string.Equals(invalid.Column, nameof(ExampleColumns.Prompt), StringComparison.OrdinalIgnoreCase) ? columns.Prompt : column;
            throw new InvalidRowException(at, invalid.Reason, invalid.Message, invalid);
        }
    }

    private void RefuseEqual(int[][] completions)
    {
        for (var c = 1; c < completions.Length; c++)
        {
            for (var other = 0; other < c; other++)
            {
                if (completions[c].AsSpan().SequenceEqual(completions[other]))
                    throw new InvalidRowException(columns.Completions[c], "equal completions",
                        $"the completion is equal to that of column '{columns.Completions[other]}', so that neither can be preferred.");
            }
        }
    }

    /// <summary>
    /// Shortens the prompt until it fits with the longest completion, so that all completions see the same prompt; completions too, where that
    /// is asked for and the prompt alone does not help.
    /// </summary>
    private int[] Fit(string text, int[] prompt, int[][] completions)
    {
        if (options.ReservedTokens > 0 && prompt.Length > options.MaxLength - Longest(completions) - options.ReservedTokens)
            throw new InvalidRowException(columns.Prompt, "prompt too long",
                $"the prompt has {prompt.Length} tokens; at most {options.MaxLength - Longest(completions) - options.ReservedTokens} leave "
                + $"room for the {options.ReservedTokens} of a completion in the maximum length of {options.MaxLength}.");
        if (TryFit(text, prompt, completions) is { } fitting)
            return fitting;
        if (options.LongCompletions == LongCompletions.Cut && completions.Length > 0)
        {
            var room = options.MaxLength - Math.Min(prompt.Length, options.MaxLength / 2);
            for (var c = 0; c < completions.Length; c++)
                completions[c] = completions[c][..Math.Min(completions[c].Length, room)];
            RefuseEqual(completions);
            if (TryFit(text, prompt, completions) is { } cut)
            {
                CompletionsCut++;
                return cut;
            }
        }

        var longest = Longest(completions);
        var column = longest == 0 ? columns.Prompt : columns.Completions[Array.FindIndex(completions, c => c.Length == longest)];
        throw new InvalidRowException(column, "too long",
            $"the completion has {longest} tokens, which leave {Math.Max(options.MaxLength - longest, 0)} of the maximum length of "
            + $"{options.MaxLength}: too few for a part of the prompt with what stands around it.");
    }

    private int[]? TryFit(string text, int[] prompt, int[][] completions)
    {
        var room = options.MaxLength - Longest(completions);
        if (prompt.Length <= room)
            return prompt;
        if (room <= 0 || encoder.Fit(text, prompt, room, options.BeginTokenId) is not { } cut)
            return null;
        PromptsCut++;
        return cut;
    }

    private static int Longest(int[][] completions) => completions.Length == 0 ? 0 : completions.Max(c => c.Length);
}
