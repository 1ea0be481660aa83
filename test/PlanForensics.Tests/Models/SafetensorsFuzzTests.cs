using System.Text;
using FluentAssertions;
using PlanForensics.Models;
using Xunit;

namespace PlanForensics.Tests.Models;

/// <summary>Random damage to a valid file: only <see cref="ModelFormatException"/> may come out. PLANFORENSICS_LONG=1 runs a hundred times as many.</summary>
public sealed class SafetensorsFuzzTests : IDisposable
{
    private static readonly int Rounds = Environment.GetEnvironmentVariable("PLANFORENSICS_LONG") == "1" ? 100_000 : 1_000;
    private static readonly string[] Tokens =
        ["{", "}", "[", "]", ",", ":", "\"", "\\", "-", "0", "9", "1e9", "null", "true", "F16", "I64", "18446744073709551615", "9223372036854775808", "dtype", "shape", "\0", "é"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Only_model_format_exceptions_come_out_of_damaged_files()
    {
        byte[] valid = SafetensorsBytes.Of(("a", [2, 3], [1, 2, 3, 4, 5, 6]), ("b.weight", [1], [7]), ("empty", [0], []));
        Random random = new(20240229);
        (int opened, int refused) = (0, 0);
        for (int round = 0; round < Rounds; round++)
        {
            string path = _folder.Write("fuzz.safetensors", Damage(valid, random));
            try
            {
                using SafetensorsFile file = SafetensorsFile.Open(path);
                foreach (SafetensorsTensor tensor in file.Tensors)
                {
                    _ = file.MappedBytes(tensor.Name).ToArray();
                    if (tensor.Format is not null)
                        _ = file.Read(tensor.Name);
                }

                opened++;
            }
            catch (ModelFormatException exception)
            {
                refused += exception.Path == path && exception.Offset is >= 0 && exception.Field.Length > 0 ? 1 : throw new InvalidOperationException("no place named", exception);
            }
        }

        // Both outcomes must occur, or the damage proves nothing.
        opened.Should().BeGreaterThan(Rounds / 50);
        refused.Should().BeGreaterThan(Rounds / 2);
    }

    [Fact]
    public void Only_model_format_exceptions_come_out_of_damaged_headers()
    {
        byte[] valid = Encoding.UTF8.GetBytes(
            """{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b":{"dtype":"BF16","shape":[],"data_offsets":[24,26]}}""");
        Random random = new(20240301);
        (int read, int refused) = (0, 0);
        for (int round = 0; round < 20 * Rounds; round++)
        {
            try
            {
                (List<SafetensorsTensor> tensors, _) = SafetensorsHeader.Parse("h", Damage(valid, random), 26);
                read += tensors.Sum(t => t.LengthBytes) == 26 ? 1 : throw new InvalidOperationException("the data is not covered");
            }
            catch (ModelFormatException)
            {
                refused++;
            }
        }

        read.Should().BeGreaterThan(Rounds / 10);
        refused.Should().BeGreaterThan(10 * Rounds);
    }

    internal static byte[] Damage(byte[] valid, Random random)
    {
        List<byte> bytes = [.. valid];
        int changes = random.Next(1, 4);
        for (int i = 0; i < changes && bytes.Count > 0; i++)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 3:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 16), bytes.Count - at));
                    break;
                case 4:
                    byte[] token = Encoding.UTF8.GetBytes(Tokens[random.Next(Tokens.Length)]);
                    for (int j = 0; j < token.Length && at + j < bytes.Count; j++)
                        bytes[at + j] = token[j];
                    break;
                default:
                    bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count), 1));
                    break;
            }
        }

        return [.. bytes];
    }
}
