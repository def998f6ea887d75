/* Conway's Game of Life on a torus. One work item per cell; a cell is 1 if it is alive, else 0. */
__kernel void life(__global const uchar *now,
                   __global uchar *next,
                   const int width,
                   const int height)
{
    int x = get_global_id(0);
    int y = get_global_id(1);
    if (x >= width || y >= height)
        return;

    int left = (x + width - 1) % width;
    int right = (x + 1) % width;
    int up = ((y + height - 1) % height) * width;
    int here = y * width;
    int down = ((y + 1) % height) * width;

    int neighbours = now[up + left] + now[up + x] + now[up + right]
                   + now[here + left] + now[here + right]
                   + now[down + left] + now[down + x] + now[down + right];

    next[here + x] = neighbours == 3 || (neighbours == 2 && now[here + x]);
}
