using ILGPU;

namespace PlanForensics.Gpu.Kernels;

/// <summary>How keys or values of one layer and sequence lie in pages: (page, head, position in the page, dimension).</summary>
internal struct PagedShape
{
    /// <summary>Positions of a page: 2^PageBits.</summary>
    public const int PageBits = 4;
    public const int PageSize = 1 << PageBits;

    public int Heads;
    public int Dimension;

    /// <summary>Where a head's values of a position begin.</summary>
    public readonly long Offset(ArrayView<int> pages, int position, int head)
    {
        long page = pages[position >> PageBits];
        int place = position & (PageSize - 1);
        return ((((page * Heads) + head) << PageBits) + place) * Dimension;
    }
}
