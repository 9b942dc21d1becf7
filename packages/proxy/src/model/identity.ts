/** The name and version answers carry: those of the nginx whose behaviour is followed, as tools and scripts expect. */

/** The product in `Server` and at the foot of error pages. */
export const productName = 'nginx'
/** The version of nginx whose behaviour is followed. */
export const nginxVersion = '1.31.5'
