/// A tissue between two concentric spheres; the innermost one fills its sphere.
public struct SphericalShell: Hashable, Sendable {
  /// Outer radius [m].
  public var outerRadius: Double
  /// Conductivity [S/m].
  public var conductivity: Double

  /// A shell; radius in metres, conductivity in siemens per metre.
  public init(outerRadius: Double, conductivity: Double) {
    self.outerRadius = outerRadius
    self.conductivity = conductivity
  }

  /// Brain, cerebrospinal fluid, skull and scalp, from the inside out.
  ///
  /// Radii are 0.90, 0.92, 0.97 and 1 of the head's, conductivities 0.33, 1, 0.004 and 0.33 S/m: the defaults of
  /// MNE-Python's `make_sphere_model`.
  ///
  /// - Parameter headRadius: Of the scalp [m].
  public static func fourShells(headRadius: Double = 0.09) -> [SphericalShell] {
    zip([0.90, 0.92, 0.97, 1.0], [0.33, 1.0, 0.004, 0.33]).map {
      SphericalShell(outerRadius: $0 * headRadius, conductivity: $1)
    }
  }

  /// Brain, skull and scalp, from the inside out.
  ///
  /// Radii are 80/92, 85/92 and 1 of the head's, conductivities 0.33, 0.33/80 and 0.33 S/m. Source: Rush and Driscoll
  /// 1968, Anesthesia and Analgesia 47, 717-723 (radii of 80, 85 and 92 mm, a skull that conducts 80 times less).
  ///
  /// - Parameter headRadius: Of the scalp [m].
  public static func threeShells(headRadius: Double = 0.09) -> [SphericalShell] {
    zip([80.0 / 92, 85.0 / 92, 1], [0.33, 0.33 / 80, 0.33]).map {
      SphericalShell(outerRadius: $0 * headRadius, conductivity: $1)
    }
  }
}
