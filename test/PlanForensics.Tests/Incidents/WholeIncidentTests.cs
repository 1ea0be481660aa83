using System.Text.Json.Nodes;
using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Incidents;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Incidents;

public sealed class WholeIncidentTests
{
    public static TheoryData<string, string> Damages { get; } = new()
    {
        { "format", "whole-incident/1" },
        { "dtype", "f32 and bf16 are read" },
        { "no prompt", "holds no prompt" },
        { "no runs", "nothing to attribute" },
        { "batch twice", "holds batch 1 twice" },
        { "batch without a prompt", "there are 1 prompts" },
        { "sha256", "64 hexadecimal digits" },
        { "a folder in a file name", "without a folder" },
        { "missing file", "is not in the incident's folder" },
        { "cut logits", "has 31 bytes" },
        { "tokens outside the logits", "lies outside" },
        { "fewer tokens", "tokens_row0 has 1" },
        { "offset beyond the file", "the file is cut or another one" },
        { "offset near the largest number", "the file is cut or another one" },
        { "negative offset", "at least 0" },
        { "key length", "2 is expected" },
        { "recorded token", "1 is expected" },
        { "unknown dtype", "f32, bf16 and i64" },
        { "rope too short", "needs 3" },
        { "rope halves differ", "two members of a pair" },
        { "not JSON", "not valid JSON" },
        { "a list", "an object is expected" },
    };

    [Fact]
    public void A_run_becomes_a_contract_with_states_environment_and_logits()
    {
        using var tiny = new TinyIncident();
        WholeIncident incident = WholeIncident.Load(tiny.Folder);

        ExecutionContract contract = IncidentContracts.Of(incident, incident.Runs[0]);

        contract.RequestId.Should().Be("tiny/batch-1");
        contract.Request.EffectiveTokenIds.Should().Equal(1, 2);
        contract.ChosenTokens.Should().Equal(1, 0);
        contract.Steps.Select(step => step.State.Phase).Should().Equal(ExecutionPhase.Prefill, ExecutionPhase.Decode);
        contract.Steps.Select(step => (step.State.Shape.QueryLength, step.State.Shape.KeyLength, step.State.BatchTokens)).Should().Equal((2, 2, 2), (1, 3, 1));
        contract.Steps[1].Observation.FullLogits!.ToFp32().Should().Equal(5, 3, 1, 2);
        contract.Steps[0].State.Environment!["OPENBLAS_CORETYPE"].Should().Be("Haswell");
        contract.Steps[0].State.LibraryVersions!["blas"].Should().Be("OpenBLAS core Haswell");
        ContractJson.Parse(ContractJson.Format(contract)).Should().Be(contract);
    }

    [Fact]
    public void Tensors_of_a_step_are_read_where_the_manifest_says()
    {
        using var tiny = new TinyIncident();
        IncidentStep step = WholeIncident.Load(tiny.Folder).Runs[0].Steps[0];

        step.ReadIds("ids").Should().Equal(1, 2);
        step.Read("x").Format.Should().Be(NumericFormat.Fp32);
        step.Read("x").ToFp32()[0].Should().Be(1.5f);
        step.Invoking(it => it.Read("ids")).Should().Throw<IncidentFormatException>().WithMessage("*not numbers*");
        step.Invoking(it => it.Read("nothing")).Should().Throw<IncidentFormatException>().WithMessage("*was not recorded at step 0*");
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public void A_damaged_incident_is_refused_with_the_place(string damage, string problem)
    {
        using var tiny = new TinyIncident();
        Damage(tiny, damage);

        Action load = () => WholeIncident.Load(tiny.Folder);

        load.Should().Throw<IncidentFormatException>().WithMessage($"*{problem}*").Which.Path.Should().EndWith("manifest.json");
    }

    [Fact]
    public void Another_model_is_refused_with_both_hashes()
    {
        using var tiny = new TinyIncident();
        WholeIncident incident = WholeIncident.Load(tiny.Folder);
        incident.Invoking(it => it.CheckModel(tiny.Folder)).Should().Throw<IncidentFormatException>().WithMessage("*there is no such file*0000000*");
        File.WriteAllText(Path.Combine(tiny.Folder, "model.safetensors"), "");

        // SHA-256 of no bytes at all.
        incident.Invoking(it => it.CheckModel(tiny.Folder)).Should().Throw<IncidentFormatException>().WithMessage("*e3b0c44298fc1c14*0000000*");
        File.WriteAllText(Path.Combine(tiny.Folder, "model.safetensors"), "");
        tiny.Manifest["model"]!["sha256"] = "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855";
        tiny.Save();
        WholeIncident.Load(tiny.Folder).Invoking(it => it.CheckModel(tiny.Folder)).Should().NotThrow();
    }

    private static void Damage(TinyIncident tiny, string damage)
    {
        JsonObject x = tiny.Step["tensors"]!["x"]!.AsObject();
        switch (damage)
        {
            case "format": tiny.Manifest["format"] = "whole-incident/2"; break;
            case "dtype": tiny.Manifest["dtype"] = "f64"; break;
            case "no prompt": tiny.Manifest["prompts"] = new JsonArray(); break;
            case "no runs": tiny.Manifest["runs"] = new JsonArray(); break;
            case "batch twice": tiny.Manifest["runs"]!.AsArray().Add(tiny.Run.DeepClone()); break;
            case "batch without a prompt": tiny.Run["batch"] = 2; break;
            case "sha256": tiny.Manifest["model"]!["sha256"] = "00"; break;
            case "a folder in a file name": tiny.Step["file"] = "../b1_s0.bin"; break;
            case "missing file": File.Delete(Path.Combine(tiny.Folder, "b1_s0.bin")); break;
            case "cut logits": File.WriteAllBytes(Path.Combine(tiny.Folder, "b1_logits.bin"), new byte[31]); break;
            case "tokens outside the logits": tiny.Run["tokens_row0"] = new JsonArray(4, 0); break;
            case "fewer tokens": tiny.Run["tokens_row0"] = new JsonArray(1); break;
            case "offset beyond the file": x["offset"] = 65; break;
            case "offset near the largest number": x["offset"] = long.MaxValue - 1; break;
            case "negative offset": x["offset"] = -64; break;
            case "key length": tiny.Step["S"] = 3; break;
            case "recorded token": tiny.Step["token_row0"] = 2; break;
            case "unknown dtype": x["dtype"] = "f8"; break;
            case "rope too short":
                tiny.Floats("rope_cos.bin", 1, 1, 0.5f, 0.5f);
                tiny.Manifest["rope_tables"]!["cos"]!["shape"] = new JsonArray(2, 2);
                break;
            case "rope halves differ": tiny.Floats("rope_cos.bin", 1, 1, 0.5f, 0.6f, 0.25f, 0.25f); break;
            case "not JSON": File.WriteAllText(Path.Combine(tiny.Folder, "manifest.json"), "{"); return;
            default: File.WriteAllText(Path.Combine(tiny.Folder, "manifest.json"), "[]"); return;
        }

        tiny.Save();
    }
}
