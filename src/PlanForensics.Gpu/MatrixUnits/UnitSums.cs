using PlanForensics.Gpu.Tiles;

namespace PlanForensics.Gpu.MatrixUnits;

/// <summary>A warp's 64 x 32 sums: four blocks of 16 rows by four of eight columns. Named fields stay in registers.</summary>
internal struct UnitSums
{
    public RowSums R0;
    public RowSums R1;
    public RowSums R2;
    public RowSums R3;

    /// <summary>Sixteen rows.</summary>
    internal struct RowSums
    {
        public F4 C0;
        public F4 C1;
        public F4 C2;
        public F4 C3;

        public void Add<TUnit>(U4 a, U4 left, U4 right)
            where TUnit : struct, IMatrixUnit
        {
            C0 = TUnit.Multiply(a, new U2 { X = left.X, Y = left.Y }, C0);
            C1 = TUnit.Multiply(a, new U2 { X = left.Z, Y = left.W }, C1);
            C2 = TUnit.Multiply(a, new U2 { X = right.X, Y = right.Y }, C2);
            C3 = TUnit.Multiply(a, new U2 { X = right.Z, Y = right.W }, C3);
        }
    }
}
