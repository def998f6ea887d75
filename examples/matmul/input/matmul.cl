// The dot product of every row of one table with every row of another: left times right transposed.
// Class int: products of signed bytes summed in 32 bits, exact on every device.
//
// LEFT, RIGHT (rows of the tables) and INNER (columns of both) come from the manifest's defines; so
// does TILE, the side of a work group.

__kernel void multiply(
    __global const char *left, __global const char *right, __global int *product
) {
    __local char rows[TILE][TILE];
    __local char columns[TILE][TILE];
    uint x = get_local_id(0);
    uint y = get_local_id(1);
    uint column = get_global_id(0);
    uint row = get_global_id(1);
    // The row of `right` that this item loads; groups reach over the tables' ends.
    uint other = get_group_id(0) * TILE + y;
    int sum = 0;
    for (uint from = 0; from < INNER; from += TILE) {
        uint at = from + x;
        rows[y][x] = row < LEFT && at < INNER ? left[row * INNER + at] : 0;
        columns[y][x] = other < RIGHT && at < INNER ? right[other * INNER + at] : 0;
        barrier(CLK_LOCAL_MEM_FENCE);
        for (uint i = 0; i < TILE; i++) {
            sum += (int)rows[y][i] * (int)columns[x][i];
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    if (row < LEFT && column < RIGHT) {
        product[row * RIGHT + column] = sum;
    }
}
