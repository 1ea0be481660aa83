using System.Text;

namespace PlanForensics.Store;

/// <summary>Reads times as <see cref="StoreTime"/> writes them, many of the same day.</summary>
internal sealed class StoreTimeReader
{
    private const int Second = 10_000_000;
    private readonly byte[] _lastDay = new byte[10];
    private long _lastDayTicks = -1;

    /// <summary>The time; null for no bytes.</summary>
    public DateTime? Read(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            return null;
        if (text.Length != 28 || text[10] != 'T' || text[19] != '.' || text[27] != 'Z')
            throw new FormatException($"\"{Encoding.UTF8.GetString(text)}\" is no time of the form 2026-03-01T12:00:00.0000000Z");
        if (_lastDayTicks < 0 || !text[..10].SequenceEqual(_lastDay))
        {
            _lastDayTicks = new DateTime(Number(text[..4]), Number(text[5..7]), Number(text[8..10]), 0, 0, 0, DateTimeKind.Utc).Ticks;
            text[..10].CopyTo(_lastDay);
        }

        long seconds = (Number(text[11..13]) * 60L + Number(text[14..16])) * 60 + Number(text[17..19]);
        return new DateTime(_lastDayTicks + seconds * Second + Number(text[20..27]), DateTimeKind.Utc);
    }

    private static int Number(ReadOnlySpan<byte> digits)
    {
        int number = 0;
        foreach (byte digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
                throw new FormatException($"\"{Encoding.UTF8.GetString(digits)}\" is no number in a time");
            number = number * 10 + (digit - '0');
        }

        return number;
    }
}
