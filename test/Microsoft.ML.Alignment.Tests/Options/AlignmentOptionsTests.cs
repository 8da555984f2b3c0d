using System.Collections;
using System.Reflection;
using System.Text.Json.Serialization;

namespace Microsoft.ML.Alignment.Tests.Options;

public sealed class AlignmentOptionsTests
{
    // Every public options record of the library, also those that are added later.
    private static readonly Type[] Types = [.. typeof(AlignmentOptions).Assembly.GetExportedTypes()
        .Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal) && !type.IsAbstract && IsRecord(type))];

    public static TheoryData<Type> OptionTypes => [.. Types];

    [Fact]
    public void TheTypesAreFound() => Types.Should().Contain(
    [
        typeof(SftTrainer.Options), typeof(DpoTrainer.Options), typeof(RewardModelTrainer.Options), typeof(BaseModelEstimator.Options),
        typeof(TrainingOptions), typeof(LoraOptions), typeof(GenerationOptions), typeof(AlignmentRuntimeOptions), typeof(JsonLinesOptions),
    ]);

    [Fact]
    public void NoErrorCountsLinesOfATextThatNobodyWrote() =>
        FluentActions.Invoking(() => AlignmentOptions.Parse("""{"training": {"epochs": 1.5}}""", new DpoTrainer.Options())).Should().Throw<FormatException>()
            .Which.Message.Should().NotContain("LineNumber").And.Contain("$.training.epochs");

    [Theory]
    [MemberData(nameof(OptionTypes))]
    public void DefaultsComeBackAsTheyWere(Type type) => Trip(type).Return(OptionSamples.Make(type));

    [Theory]
    [MemberData(nameof(OptionTypes))]
    public void EveryMemberComesBackAsItWasSet(Type type)
    {
        var defaults = OptionSamples.Make(type);
        foreach (var changed in OptionSamples.WithEachMemberChanged(type))
        {
            changed.Value.Should().NotBe(changed.Property.GetValue(defaults), "{0}.{1} was to be changed", type, changed.Property.Name);
            Trip(type).Return(changed.Options);
        }
    }

    [Theory]
    [MemberData(nameof(OptionTypes))]
    public void AnUnknownNameIsRefusedWithThoseThatAreKnown(Type type)
    {
        var known = Members(type).First().Name;
        Trip(type).Invoking(trip => trip.Parse("""{"sped": 1}"""))
            .Should().Throw<FormatException>().WithMessage($"*{type.Name} cannot be read*'sped' at $ is not known; known are *{char.ToLowerInvariant(known[0])}{known[1..]}*");
    }

    [Theory]
    [InlineData("""{"training": {"batchsize": 4, "bachSize": 2}}""", "*DpoTrainer.Options*'bachSize' at $.training is not known*batchSize*")]
    [InlineData("""{"training": {"precision": "Float12"}}""", "*'Float12' at $.training.precision is not known; known are BFloat16, Float32*")]
    [InlineData("""{"beta": 0}""", "*Beta is 0; allowed is a finite number above 0*")]
    [InlineData("""{"beta": "0.3"}""", "*\"0.3\" at $.beta is not what is needed there: a number, without quotes.")]
    [InlineData("""{"beta": true}""", "*true at $.beta*a number*")]
    [InlineData("""{"loss": "ipo"}""", "*\"ipo\" at $.loss*an object such as {\"$type\": *known are *ipo*")]
    [InlineData("""{"training": 3}""", "*3 at $.training*an object.")]
    [InlineData("""{"training": {"shuffle": "yes"}}""", "*\"yes\" at $.training.shuffle*true or false*")]
    [InlineData("""{"training": {"precision": 1}}""", "*1 at $.training.precision*one of*BFloat16*")]
    [InlineData("""{"training": {"epochs": 1.5}}""", "*$.training.epochs*")]
    [InlineData("""{"promptColumnName": 4}""", "*4 at $.promptColumnName*text in quotes*")]
    [InlineData("""{"promptColumnName": null}""", "*promptColumnName*")]
    [InlineData("""{"beta": 1, "beta": 2}""", "*beta*")]
    [InlineData("""{"initialModel": {}}""", "*'initialModel' at $ is not known*")]
    [InlineData("null", "*null*")]
    [InlineData("""{"beta": 1""", "*cannot be read*")]
    public void WhatMakesNoSenseIsNamed(string json, string message) =>
        FluentActions.Invoking(() => AlignmentOptions.Parse<DpoTrainer.Options>(json)).Should().Throw<FormatException>().WithMessage(message);

    [Fact]
    public void CommentsAndTrailingCommasAndAnyCaseAreRead() =>
        AlignmentOptions.Parse<DpoTrainer.Options>("""
            {
              // less pull
              "Beta": 0.05,
              "lora": { "rank": 3, "targetModules": ["q_proj"], },
            }
            """).Should().BeEquivalentTo(new DpoTrainer.Options { Beta = 0.05, Lora = new() { Rank = 3, TargetModules = ["q_proj"] } });

    [Fact]
    public void WhatIsNotNamedIsAsInTheDefaultsThatAreGiven()
    {
        var defaults = new DpoTrainer.Options { Beta = 0.3, SftWeight = 2, Training = new() { BatchSize = 3, LearningRate = 1e-3 }, Lora = new() { Rank = 5 } };
        AlignmentOptions.Parse("""{"sftWeight": 1, "Training": {"learningRate": null, "epochs": 4}, "lora": null}""", defaults)
            .Should().Be(new DpoTrainer.Options { Beta = 0.3, SftWeight = 1, Training = new() { BatchSize = 3, Epochs = 4 }, Lora = null });
        AlignmentOptions.Parse("""{"lora": {"rank": 7}}""", new DpoTrainer.Options()).Lora.Should().Be(new LoraOptions { Rank = 7 });
    }

    [Fact]
    public void WhatIsNotPartOfTheTextIsThatOfTheDefaults()
    {
        var reward = RewardFunction.Of("one", (_, _) => 1);
        AlignmentOptions.Parse("""{"groupSize": 2}""", new RlooTrainer.Options { Rewards = [reward] })
            .Should().Match<RlooTrainer.Options>(read => read.GroupSize == 2 && read.Rewards.Single() == reward);
        AlignmentOptions.Parse("""{"groupSize": 2}""", new RlooTrainer.Options()).Rewards.Should().BeEmpty();
    }

    [Fact]
    public void RecordsOfOptionsCanBeDescribedToo()
    {
        var run = AlignmentOptions.Parse<TwoStages>("""{"dpo": {"beta": 0.7}}""");
        run.Should().Be(new TwoStages { Dpo = new() { Beta = 0.7 } });
        FluentActions.Invoking(() => AlignmentOptions.Parse<TwoStages>("""{"dpo": {"bta": 0.7}}""")).Should().Throw<FormatException>().WithMessage("*'bta' at $.dpo*");
    }

    [Fact]
    public void AMemberOfSeveralTypesIsReadByItsTypeAndMergedWithItsLike()
    {
        var defaults = new WithShape { Shape = new Circle { Radius = 2, Color = "red" } };
        AlignmentOptions.Parse<WithShape>(AlignmentOptions.ToJson(defaults)).Should().Be(defaults);
        AlignmentOptions.Parse("""{"shape": {"radius": 3}}""", defaults).Shape.Should().Be(new Circle { Radius = 3, Color = "red" });
        AlignmentOptions.Parse("""{"shape": {"side": 4, "$type": "square"}}""", defaults).Shape.Should().Be(new Square { Side = 4 });
        FluentActions.Invoking(() => AlignmentOptions.Parse<WithShape>("""{"shape": {"$type": "square", "radius": 4}}"""))
            .Should().Throw<FormatException>().WithMessage("*'radius' at $.shape is not known; known are side*");
        FluentActions.Invoking(() => AlignmentOptions.Parse<WithShape>("""{"shape": {"$type": "cube"}}"""))
            .Should().Throw<FormatException>().WithMessage("*'cube' at $.shape.$type is not known; known are circle, square*");
    }

    internal static IEnumerable<PropertyInfo> Members(Type type) =>
        type.GetProperties().Where(property => property.CanWrite && property.GetCustomAttribute<JsonIgnoreAttribute>() is null);

    private static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null;

    private static TripTest Trip(Type type) => (TripTest)Activator.CreateInstance(typeof(TripTest<>).MakeGenericType(type))!;

    internal abstract class TripTest
    {
        public abstract void Return(object options);

        public abstract object Parse(string json);
    }

    internal sealed class TripTest<T> : TripTest
        where T : class
    {
        public override void Return(object options)
        {
            var read = AlignmentOptions.Parse<T>(AlignmentOptions.ToJson((T)options));
            foreach (var property in Members(typeof(T)))
                Same(property.GetValue(read), property.GetValue(options)).Should().BeTrue("{0} comes back", property.Name);
        }

        public override object Parse(string json) => AlignmentOptions.Parse<T>(json);

        // Lists have no value equality, and records with lists in them no useful one.
        private static bool Same(object? read, object? written) => (read, written) switch
        {
            (string a, string b) => a == b,
            (IEnumerable a, IEnumerable b) => a.Cast<object>().Zip(b.Cast<object>(), Same).All(same => same) && a.Cast<object>().Count() == b.Cast<object>().Count(),
            ({ } a, { } b) when IsRecord(a.GetType()) => a.GetType() == b.GetType() && Members(a.GetType()).All(m => Same(m.GetValue(a), m.GetValue(b))),
            _ => Equals(read, written),
        };
    }

    [Fact]
    public void NamesWithinListsAreCheckedToo() =>
        FluentActions.Invoking(() => AlignmentOptions.Parse<WithShapes>("""{"shapes": [{"$type": "circle"}, {"$type": "circle", "side": 1}]}"""))
            .Should().Throw<FormatException>().WithMessage("*'side' at $.shapes[1] is not known; known are color, radius*");

    internal sealed record WithShapes
    {
        public IReadOnlyList<Shape> Shapes { get; init; } = [];
    }

    internal sealed record TwoStages
    {
        public SftTrainer.Options Sft { get; init; } = new();

        public DpoTrainer.Options Dpo { get; init; } = new();
    }

    internal sealed record WithShape
    {
        public required Shape Shape { get; init; }
    }

    [JsonDerivedType(typeof(Circle), "circle")]
    [JsonDerivedType(typeof(Square), "square")]
    internal abstract record Shape;

    internal sealed record Circle : Shape
    {
        public double Radius { get; init; }

        public string Color { get; init; } = "black";
    }

    internal sealed record Square : Shape
    {
        public double Side { get; init; }
    }
}
