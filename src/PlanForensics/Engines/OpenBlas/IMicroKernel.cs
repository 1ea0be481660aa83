namespace PlanForensics.Engines.OpenBlas;

/// <summary>A core's kernel: how it cuts one packed panel product into micro-tiles, as far as their orders differ from <see cref="TileOrder.Sequential"/>.</summary>
internal interface IMicroKernel
{
    /// <summary>Adds the rectangles that are not added sequentially.</summary>
    /// <param name="panel">The elements that one kernel call computes; its order is ignored.</param>
    /// <param name="tiles">Receives the rectangles.</param>
    void AddTiles(TileRectangle panel, ICollection<TileRectangle> tiles);
}
