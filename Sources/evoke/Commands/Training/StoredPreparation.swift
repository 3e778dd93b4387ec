import EEGArchive
import InverseModels

extension InputPreparation {
  /// The preparation that an archive of weights has in `/scaling`.
  ///
  /// - Throws: ``InverseModelError``, code `invalidSetting`, for what is missing or contradicts itself.
  init(reading archive: WeightsArchive, isTimeFirst: Bool) throws(InverseModelError) {
    let shape = try archive.scalingValues("input_shape", count: 2).map { Int(exactly: $0) ?? 0 }
    let decimation = Int(exactly: try archive.scalingValues("decimation", count: 1)[0]) ?? 0
    let (map, components) = (archive.scaling("channel_map"), archive.scaling("components"))
    guard shape[0] > 0, shape[1] > 0, (1...shape[1]).contains(decimation),
      map.map({ $0.shape.count == 2 && $0.shape[1] == shape[0] && $0.shape[0] > 0 }) ?? true,
      components.map({ $0.shape.count == 2 && $0.shape[1] == shape[1] / decimation && $0.shape[0] > 0 }) ?? true
    else {
      throw InverseModelError(code: .invalidSetting, message: "the shapes in /scaling contradict each other")
    }
    self.init(
      channelMap: map?.values.map(Float.init) ?? [], decimation: decimation,
      factor: Float(try archive.scalingValues("factor", count: 1)[0]),
      components: components?.values.map(Float.init) ?? [], isTimeFirst: isTimeFirst, channels: shape[0],
      times: shape[1], preparedChannels: map?.shape[0] ?? shape[0],
      preparedTimes: components?.shape[0] ?? shape[1] / decimation)
  }

  /// The arrays that ``init(reading:isTimeFirst:)`` reads.
  var arrays: [NamedArray] {
    var arrays = [
      NamedArray(name: "input_shape", shape: [2], values: [Double(channels), Double(times)], axes: "axis"),
      NamedArray(name: "decimation", shape: [], values: [Double(decimation)], axes: ""),
      NamedArray(name: "factor", shape: [], values: [Double(factor)], unit: "1/V", axes: ""),
    ]
    if !components.isEmpty {
      arrays.append(
        NamedArray(
          name: "components", shape: [preparedTimes, components.count / preparedTimes],
          values: components.map(Double.init), axes: "component,time"))
    }
    if !channelMap.isEmpty {
      arrays.append(
        NamedArray(
          name: "channel_map", shape: [preparedChannels, channels], values: channelMap.map(Double.init),
          axes: "channel,channel"))
    }
    return arrays
  }
}

extension NetworkSettings {
  /// Whether the network sees all channels of a sample together, see `InputPreparation.isTimeFirst`.
  var isTimeFirst: Bool { if case .recurrent = self { true } else { false } }
}

extension WeightsArchive {
  /// Values of an array in `/scaling`.
  ///
  /// - Throws: ``InverseModelError``, code `invalidSetting`, if it is missing or has another length.
  func scalingValues(_ name: String, count: Int? = nil) throws(InverseModelError) -> [Double] {
    guard let array = scaling(name), count == nil || array.values.count == count else {
      throw InverseModelError(
        code: .invalidSetting, message: "/scaling/\(name) is missing or has another length than it should")
    }
    return array.values
  }
}
