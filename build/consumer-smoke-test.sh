#!/usr/bin/env bash
# Packs the library and its evaluators and uses the package as a stranger would: two fresh console projects outside the repository, restored from a local
# folder feed. One composes, fits, saves, loads and predicts; the other names ML.NET only and answers from the saved file.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
version=0.1.0-ci.$(date +%Y%m%d%H%M%S).$$
packages=$(dotnet nuget locals global-packages --list | sed 's/^[^:]*: *//')
trap 'rm -rf "$work" "${packages%/}/microsoft.ml.alignment/$version" "${packages%/}/microsoft.ml.alignment.evaluation/$version"' EXIT
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

torchsharp=$(sed -n 's/.*Include="TorchSharp-cpu" Version="\([^"]*\)".*/\1/p' "$root/Directory.Packages.props")
for project in Microsoft.ML.Alignment Microsoft.ML.Alignment.Evaluation; do
  dotnet pack "$root/src/$project" -c Release -v quiet -p:Version="$version" -o "$work/feed"
done

[ -f "$work/feed/Microsoft.ML.Alignment.$version.snupkg" ] || { echo "There is no symbol package in $work/feed."; exit 1; }

cp -r "$root/build/ConsumerSmokeTest" "$work/consumer"
cat >"$work/consumer/NuGet.config" <<XML
<configuration>
  <packageSources>
    <add key="local" value="$work/feed" />
  </packageSources>
</configuration>
XML
for project in Trainer Loader; do
  dotnet build "$work/consumer/$project" -v quiet -o "$work/$project" \
    -p:AlignmentVersion="$version" -p:TorchSharpVersion="$torchsharp" -p:CreateHardLinksForCopyFilesToOutputDirectoryIfPossible=true
done

package="${packages%/}/microsoft.ml.alignment/$version"
manifest="$package/microsoft.ml.alignment.nuspec"
for wanted in '<license type="expression">MIT</license>' '<readme>README.md</readme>' 'id="TorchSharp"' 'id="Microsoft.ML" version="\[5.0.1, 5.1.0)"'; do
  grep -q "$wanted" "$manifest" || { echo "The package's manifest lacks $wanted:"; cat "$manifest"; exit 1; }
done
if grep -E 'id="(TorchSharp-cpu|libtorch-cpu|Mono.Cecil)' "$manifest"; then echo "The package depends on what an application chooses."; exit 1; fi
[ -f "$package/lib/net10.0/Microsoft.ML.Alignment.xml" ] || { echo "The package has no documentation file."; exit 1; }

evaluators=${packages%/}/microsoft.ml.alignment.evaluation/$version/microsoft.ml.alignment.evaluation.nuspec
for wanted in '<readme>evaluators.md</readme>' 'id="Microsoft.ML.Alignment"' 'id="Microsoft.Extensions.AI.Evaluation"'; do
  grep -q "$wanted" "$evaluators" || { echo "The manifest of the evaluators' package lacks $wanted:"; cat "$evaluators"; exit 1; }
done

dotnet "$work/Trainer/Trainer.dll" "$work/model" "$work/aligned.zip"
dotnet "$work/Loader/Loader.dll" "$work/aligned.zip"
