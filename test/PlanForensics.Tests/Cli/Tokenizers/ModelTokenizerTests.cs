using System.Text;
using System.Text.Json;
using FluentAssertions;
using PlanForensics.Cli.Tokenizers;
using PlanForensics.Models;
using PlanForensics.Tests.Models;
using Xunit;

namespace PlanForensics.Tests.Cli.Tokenizers;

public sealed class ModelTokenizerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("stories260K", "stories260k_f32_flip_a")]
    [InlineData("stories260K-hf", "stories260k_f32_flip_a")]
    [InlineData("stories260K-hf", "stories260k_f32_flip_b")]
    [InlineData("tinystories-656k", "tinystories_bf16_flip_a")]
    [InlineData("tinystories-656k-bf16", "tinystories_bf16_flip_a")]
    public void Token_texts_make_the_prompt_that_a_real_incident_quotes(string model, string incident)
    {
        ModelTokenizer tokenizer = ModelTokenizer.Load(SharedData.PathOf("models", model));
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllBytes(SharedData.PathOf("incidents", incident, "manifest.json")));
        int[] ids = [.. manifest.RootElement.GetProperty("prompts")[0].EnumerateArray().Select(id => id.GetInt32())];
        string.Concat(ids.Select(tokenizer.TokenText)).Should().Be(manifest.RootElement.GetProperty("prompt_text_row0").GetString());
        tokenizer.Describe.Should().NotContain("only");
    }

    [Theory]
    [InlineData("tinystories-656k", new[] { 1, 80, 147, 201, 282 })]
    [InlineData("stories260K", new[] { 1, 403, 407, 261 })]
    [InlineData("stories260K-hf", new[] { 1, 403, 407, 261 })]
    public void A_prompt_encodes_to_the_ids_that_its_model_was_given(string model, int[] begin)
    {
        ModelTokenizer tokenizer = ModelTokenizer.Load(SharedData.PathOf("models", model));
        IReadOnlyList<int> ids = tokenizer.Encode("Once upon a time")!;
        ids.Take(begin.Length).Should().Equal(begin);
        tokenizer.Decode([.. ids]).Should().Be("Once upon a time");
        tokenizer.Encode("")!.Should().Equal(1);
    }

    [Theory]
    [InlineData("stories260K", "Once upon a time, there was a little girl named Lily. She loved to play outside in the park.")]
    [InlineData("stories260K-hf", "x\n\tÄ 漢字 🙂  two  spaces")]
    [InlineData("tinystories-656k", "Once upon a time, a little girl named Lily lived in a small house with her mom, dad, and her dog, Spot.")]
    [InlineData("samples", "In the beginning God created the heaven and the earth.")]
    [InlineData("samples", "x\n\tÄ 漢字 🙂  two  spaces")]
    public void Text_survives_encoding_and_decoding(string model, string text)
    {
        ModelTokenizer tokenizer = ModelTokenizer.Load(model == "samples" ? OwnModel() : SharedData.PathOf("models", model));
        tokenizer.CanEncode.Should().BeTrue();
        IReadOnlyList<int> ids = tokenizer.Encode(text)!;
        ids[0].Should().Be(1);
        tokenizer.Decode([.. ids]).Should().Be(text);
    }

    [Theory]
    [InlineData("Once upon a time, a little girl named Lily lived in a small house with her mom, dad, and her dog, Spot.")]
    [InlineData("  \"Wow!\" said Tim.\n\nThey went to the park and and andand xyzzy 12345 the theatre ")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa lllllllllll eeeeeeee    thethethethethe")]
    public void The_library_merges_as_a_plain_loop_over_ranks_does(string text)
    {
        string folder = SharedData.PathOf("models", "tinystories-656k");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "tokenizer.json")));
        JsonElement model = document.RootElement.GetProperty("model");
        Dictionary<string, int> ranks = model.GetProperty("merges").EnumerateArray().Select((m, rank) => (Pair: m.GetString()!, rank)).ToDictionary(m => m.Pair, m => m.rank);
        List<string> pieces = [.. ("\u2581" + text.Replace(' ', '\u2581')).Select(c => c.ToString())];
        while (true)
        {
            int[] candidates = [.. Enumerable.Range(0, pieces.Count - 1).Where(i => ranks.ContainsKey($"{pieces[i]} {pieces[i + 1]}"))];
            if (candidates.Length == 0)
                break;
            int at = candidates.MinBy(i => ranks[$"{pieces[i]} {pieces[i + 1]}"]);
            pieces[at] += pieces[at + 1];
            pieces.RemoveAt(at + 1);
        }

        int[] expected = [1, .. pieces.Select(p => model.GetProperty("vocab").GetProperty(p).GetInt32())];
        ModelTokenizer.Load(folder).Encode(text)!.Should().Equal(expected);
    }

    [Fact]
    public void A_character_without_a_piece_is_the_unknown_token_and_a_run_of_them_is_one()
    {
        ModelTokenizer tokenizer = ModelTokenizer.Load(SharedData.PathOf("models", "tinystories-656k"));
        tokenizer.Encode("漢字")!.Should().Equal(1, 80, 0);
        tokenizer.Encode("漢 字")!.Should().Equal(1, 80, 0, 80, 0);
    }

    [Fact]
    public void A_file_beside_a_tokeniser_finds_it()
    {
        ModelTokenizer.Load(SharedData.PathOf("models", "stories260K", "checkpoint_v1.bin")).Describe.Should().Contain("512 pieces (tokenizer.bin)");
        ModelTokenizer.Load(SharedData.PathOf("models", "tinystories-656k", "model.safetensors")).Describe.Should().Contain("2048 pieces (tokenizer.json)");
        ModelTokenizer.Load(SharedData.PathOf("models", "tinystories-656k", "tokenizer.json")).Describe.Should().Contain("2048 pieces (tokenizer.json)");
    }

    [Fact]
    public void Without_a_tokeniser_ids_are_shown_as_ids()
    {
        ModelTokenizer tokenizer = ModelTokenizer.Load(_folder.Path);
        tokenizer.Describe.Should().Contain("token ids only");
        (tokenizer.CanEncode, tokenizer.Encode("x")).Should().Be((false, null));
        tokenizer.Decode([5, 7]).Should().Be("<#5><#7>");
        tokenizer.TokenText(5).Should().Be("<#5>");
        FluentActions.Invoking(() => ModelTokenizer.Load(Path.Combine(_folder.Path, "none"))).Should().Throw<FileNotFoundException>();
        FluentActions.Invoking(() => ModelTokenizer.Load("")).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Gpt2_files_encode_bytes_by_their_merges()
    {
        // Alphabet of bytes: U+0120 is a space, U+010A a line feed, U+00C3 U+00A9 the two bytes of "é".
        _folder.Write("vocab.json", """{"h":0,"i":1,"hi":2,"\u0120":3,"\u0120hi":4,"\u010a":5,"\u00c3":6,"\u00a9":7,"<|endoftext|>":8}""");
        _folder.Write("merges.txt", "#version: 0.2\nh i\n\u0120 hi\n");
        ModelTokenizer tokenizer = ModelTokenizer.Load(_folder.Path);
        tokenizer.Encode("hi hi\né")!.Should().Equal(2, 4, 5, 6, 7);
        tokenizer.Decode([8, 2, 4, 5, 6, 7, 99]).Should().Be("hi hi\né<#99>");
        tokenizer.TokenText(4).Should().Be(" hi");
        tokenizer.TokenText(8).Should().Be("<|endoftext|>");
        tokenizer.TokenText(6).Should().Be("\u00c3", "half a character keeps the letter of its byte");
        tokenizer.Decode([6]).Should().Be("\uFFFD");
        File.Delete(Path.Combine(_folder.Path, "merges.txt"));
        ModelTokenizer.Load(_folder.Path).Should().Match<ModelTokenizer>(t => !t.CanEncode && t.Describe.Contains("merges.txt is missing") && t.TokenText(4) == " hi");
    }

    [Theory]
    [InlineData("""{"model":{"type":"WordPiece"}}""", "WordPiece")]
    [InlineData("""{"normalizer":{"type":"NFKC"},"model":{"type":"BPE","vocab":{"a":0},"merges":[]}}""", "normalizer NFKC")]
    [InlineData("""{"pre_tokenizer":{"type":"Digits"},"model":{"type":"BPE","vocab":{"a":0},"merges":[]}}""", "pre_tokenizer Digits")]
    [InlineData("""{"post_processor":{"type":"BertProcessing"},"model":{"type":"BPE","vocab":{"a":0},"merges":[]}}""", "post_processor BertProcessing")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[],"ignore_merges":true}}""", "ignore_merges")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[],"dropout":0.1}}""", "dropout")]
    public void A_step_that_is_not_known_is_named_and_nothing_is_encoded(string json, string reason)
    {
        ModelTokenizer tokenizer = ModelTokenizer.Load(_folder.Write("tokenizer.json", json));
        tokenizer.Describe.Should().Contain(reason).And.Contain("only");
        tokenizer.Encode("a").Should().BeNull();
    }

    [Fact]
    public void Byte_level_tokenizer_json_reads_the_template_and_the_byte_fallback()
    {
        _folder.Write("tokenizer.json",
            """
            {"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":true},"decoder":{"type":"ByteLevel"},
             "added_tokens":[{"id":9,"content":"<e>","special":true}],
             "post_processor":{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A"}},{"SpecialToken":{"id":"<e>"}}],"special_tokens":{"<e>":{"ids":[9]}}},
             "model":{"type":"BPE","vocab":{"h":0,"i":1,"hi":2,"\u0120":3,"\u0120hi":4},"merges":[["h","i"],["\u0120","hi"]]}}
            """);
        ModelTokenizer tokenizer = ModelTokenizer.Load(_folder.Path);
        tokenizer.Encode("hi hi")!.Should().Equal(4, 4, 9);
        tokenizer.Encode(" hi")!.Should().Equal(4, 9);
        File.WriteAllText(Path.Combine(_folder.Path, "tokenizer.json"), """{"model":{"type":"BPE","byte_fallback":true,"vocab":{"a":0,"<0xC3>":1,"<0xA9>":2},"merges":[]}}""");
        tokenizer = ModelTokenizer.Load(_folder.Path);
        tokenizer.Encode("aéa")!.Should().Equal(0, 1, 2, 0);
        tokenizer.Decode([0, 1, 2, 0]).Should().Be("aéa");
        tokenizer.TokenText(1).Should().Be("<0xC3>");
    }

    [Theory]
    [InlineData("tokenizer.model")]
    [InlineData("tokenizer.json")]
    [InlineData("vocab.json")]
    [InlineData("tokenizer.bin")]
    public void Damaged_files_are_refused(string name)
    {
        Random random = new(11);
        for (int round = 0; round < 60; round++)
        {
            byte[] bytes = new byte[random.Next(0, 64)];
            random.NextBytes(bytes);
            string path = _folder.Write(name, bytes);
            FluentActions.Invoking(() => ModelTokenizer.Load(path).Decode([0, 1])).Should().Throw<ModelFormatException>().Where(e => e.Path == path);
        }
    }

    [Theory]
    [InlineData("tokenizer.json", """{"model":{"type":"BPE","vocab":{"a":0},"merges":["a"]}}""")]
    [InlineData("tokenizer.json", """{"model":{"type":"BPE","vocab":{"a":"x"},"merges":[]}}""")]
    [InlineData("tokenizer.json", """{"model":{"type":"BPE","vocab":{"a":0},"merges":["a b"]}}""")]
    [InlineData("tokenizer.json", """{}""")]
    [InlineData("vocab.json", """[{"id":1,"piece":"a","score":0}]""")]
    [InlineData("vocab.json", """[{"piece":"a"}]""")]
    [InlineData("vocab.json", "7")]
    public void Files_that_say_what_cannot_be_are_refused(string name, string json)
    {
        string path = _folder.Write(name, json);
        FluentActions.Invoking(() => ModelTokenizer.Load(path)).Should().Throw<ModelFormatException>();
    }

    [Fact]
    public void A_truncated_binary_vocabulary_says_where_it_ends()
    {
        byte[] whole = File.ReadAllBytes(SharedData.PathOf("models", "stories260K", "tokenizer.bin"));
        string path = _folder.Write("tokenizer.bin", whole.AsSpan(0, whole.Length - 1));
        FluentActions.Invoking(() => ModelTokenizer.Load(path)).Should().Throw<ModelFormatException>().Where(e => e.Field == "token 511" && e.Offset > 6000);
        Encoding.UTF8.GetString(whole, 12, 5).Should().Be("<unk>", "the control: the whole file begins so");
    }

    private static string OwnModel()
    {
        string path = Path.Combine(SharedData.RepositoryRoot, "samples", "models", "kjv-1m");
        if (!File.Exists(Path.Combine(path, "tokenizer.model")))
            Assert.Skip("samples/models/kjv-1m is not here yet");
        return path;
    }
}
