using System.Buffers.Binary;
using System.Text;

namespace PlanForensics.Tests.Diffing.Arrays;

/// <summary>Builds .npy files byte by byte, as numpy.lib.format describes them.</summary>
internal static class NpyBytes
{
    public static byte[] Of(string description, string shape, byte[] data, int major = 1, string fortran = "False") =>
        OfHeader($"{{'descr': '{description}', 'fortran_order': {fortran}, 'shape': {shape}, }}", data, major);

    public static byte[] OfHeader(string dictionary, byte[] data, int major = 1)
    {
        int lengthBytes = major == 1 ? 2 : 4;
        int padding = 63 - ((8 + lengthBytes + dictionary.Length) % 64);
        byte[] header = Encoding.UTF8.GetBytes(dictionary + new string(' ', padding) + "\n");
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, header.Length);
        return [0x93, .. "NUMPY"u8, (byte)major, 0, .. length[..lengthBytes], .. header, .. data];
    }
}
