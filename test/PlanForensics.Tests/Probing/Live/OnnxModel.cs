using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace PlanForensics.Tests.Probing.Live;

/// <summary>Writes an ONNX model of one node, byte by byte: the few protobuf fields that a graph with fp32 tensors needs (onnx.proto, IR version 8).</summary>
internal static class OnnxModel
{
    /// <summary>A model of one node.</summary>
    /// <param name="operation">The operator.</param>
    /// <param name="inputs">Names and shapes of what the caller gives.</param>
    /// <param name="constants">Names, shapes and values of fp32 constants.</param>
    /// <param name="output">Shape of the output <c>Y</c>.</param>
    /// <param name="axes">The constant int64 input <c>axes</c>, for a reduction over the last axis; null for none.</param>
    /// <param name="opset">Version of ONNX's operators.</param>
    /// <param name="domain">The operator's domain; ONNX's own by default, else at version 1.</param>
    /// <returns>The file's bytes.</returns>
    public static byte[] Write(
        string operation, (string Name, int[] Shape)[] inputs, (string Name, int[] Shape, float[] Values)[] constants, int[] output, int? axes = null, int opset = 17, string domain = "")
    {
        var node = new Message();
        foreach (string name in inputs.Select(input => input.Name).Concat(constants.Select(constant => constant.Name)))
            node.Text(1, name);
        if (axes is not null)
            node.Text(1, "axes");
        node.Text(2, "Y").Text(4, operation);
        if (domain.Length > 0)
            node.Text(7, domain);
        Message graph = new Message().Nested(1, node).Text(2, "graph");
        foreach ((string name, int[] shape, float[] values) in constants)
            graph.Nested(5, Tensor(name, 1, shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray()));
        if (axes is { } axis)
        {
            byte[] raw = new byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(raw, axis);
            graph.Nested(5, Tensor("axes", 7, [1], raw));
        }

        foreach ((string name, int[] shape) in inputs)
            graph.Nested(11, Value(name, shape));
        graph.Nested(12, Value("Y", output));
        Message model = new Message().Number(1, 8).Nested(7, graph).Nested(8, new Message().Text(1, "").Number(2, opset));
        return (domain.Length == 0 ? model : model.Nested(8, new Message().Text(1, domain).Number(2, 1))).ToArray();
    }

    private static Message Tensor(string name, int type, int[] shape, byte[] raw)
    {
        var tensor = new Message();
        foreach (int dimension in shape)
            tensor.Number(1, dimension);
        return tensor.Number(2, type).Text(8, name).Bytes(9, raw);
    }

    private static Message Value(string name, int[] shape)
    {
        var dimensions = new Message();
        foreach (int dimension in shape)
            dimensions.Nested(1, new Message().Number(1, dimension));
        return new Message().Text(1, name).Nested(2, new Message().Nested(1, new Message().Number(1, 1).Nested(2, dimensions)));
    }

    private sealed class Message
    {
        private readonly List<byte> _bytes = [];

        public Message Number(int field, long value)
        {
            Varint((ulong)(field << 3));
            Varint((ulong)value);
            return this;
        }

        public Message Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

        public Message Nested(int field, Message message) => Bytes(field, message.ToArray());

        public Message Bytes(int field, byte[] bytes)
        {
            Varint((ulong)((field << 3) | 2));
            Varint((ulong)bytes.Length);
            _bytes.AddRange(bytes);
            return this;
        }

        public byte[] ToArray() => [.. _bytes];

        private void Varint(ulong value)
        {
            for (; value > 0x7F; value >>= 7)
                _bytes.Add((byte)(value | 0x80));
            _bytes.Add((byte)value);
        }
    }
}
