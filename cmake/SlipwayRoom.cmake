# slipway_room(<name> [DIR dir] USES <rooms…> LIBS <targets…> TEST_USES <rooms…>)
#
# Makes the library `slipway_<name>` of the .cpp files in a room, its test `<name>_test` of the *_test.cpp beside them,
# and a fuzzer of each *_fuzz.cpp. The order of rooms is enforced by the compiler: every room is reachable only through
# its own folder of build/rooms, which holds nothing but a link to that room, and a library sees the folders of the
# rooms that it names.
function(slipway_room name)
  cmake_parse_arguments(ROOM "" "DIR" "USES;LIBS;TEST_USES" ${ARGN})
  if(NOT ROOM_DIR)
    set(ROOM_DIR ${CMAKE_CURRENT_SOURCE_DIR})
  endif()
  set(reach ${CMAKE_SOURCE_DIR}/build/rooms/${name})
  file(MAKE_DIRECTORY ${reach})
  if(NOT EXISTS ${reach}/${name})
    file(CREATE_LINK ${ROOM_DIR} ${reach}/${name} SYMBOLIC)
  endif()

  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${ROOM_DIR}/*.cpp)
  set(tests ${sources})
  set(fuzzers ${sources})
  list(FILTER sources EXCLUDE REGEX "(_test|_main|_fuzz|_bench)\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cpp$")

  set(rooms ${ROOM_USES})
  list(TRANSFORM rooms PREPEND slipway_)
  add_library(slipway_${name} STATIC ${sources})
  target_include_directories(slipway_${name} PUBLIC ${reach})
  target_link_libraries(slipway_${name} PUBLIC ${rooms} ${ROOM_LIBS} Boost::headers fmt::fmt)
  # Only where they are and where they are used, so that a build with fail points compiles little anew.
  if(SLIPWAY_FAILPOINTS AND name MATCHES "^(base|engine)$")
    target_compile_definitions(slipway_${name} PRIVATE SLIPWAY_FAILPOINTS)
  endif()

  if(tests)
    set(test_rooms ${ROOM_TEST_USES})
    list(TRANSFORM test_rooms PREPEND slipway_)
    add_executable(${name}_test EXCLUDE_FROM_ALL ${tests} ${CMAKE_SOURCE_DIR}/cmake/test_main.cpp)
    target_link_libraries(${name}_test PRIVATE slipway_${name} ${test_rooms})
    set_property(GLOBAL APPEND PROPERTY SLIPWAY_TESTS ${name}_test)
  endif()
  if(SLIPWAY_FUZZ)
    slipway_fuzzers(${name} ${fuzzers})
  endif()
endfunction()

# A libFuzzer target `fuzz_<what>` of each <what>_fuzz.cpp in a room, built by the fuzz preset alone.
function(slipway_fuzzers room)
  foreach(file IN LISTS ARGN)
    get_filename_component(what ${file} NAME_WE)
    string(REGEX REPLACE "_fuzz$" "" what ${what})
    add_executable(fuzz_${what} ${file})
    target_link_libraries(fuzz_${what} PRIVATE slipway_${room} -fsanitize=fuzzer)
    set_property(GLOBAL APPEND PROPERTY SLIPWAY_FUZZERS fuzz_${what})
  endforeach()
endfunction()

# slipway_program(<name> <file…> ROOMS <rooms…> [LIBS <targets…>]): an executable at the top of the build folder, where
# ./dev expects it.
function(slipway_program name)
  cmake_parse_arguments(PROGRAM "" "" "ROOMS;LIBS" ${ARGN})
  list(TRANSFORM PROGRAM_ROOMS PREPEND slipway_)
  add_executable(${name} EXCLUDE_FROM_ALL ${PROGRAM_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${PROGRAM_ROOMS} ${PROGRAM_LIBS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
endfunction()

# slipway_all(<what>): the target `all_<what>` of everything in the global property SLIPWAY_<WHAT>, and the paths of
# what it builds in all_<what>.txt.
function(slipway_all what)
  string(TOUPPER ${what} property)
  get_property(targets GLOBAL PROPERTY SLIPWAY_${property})
  add_custom_target(all_${what} DEPENDS ${targets})
  list(TRANSFORM targets REPLACE "(.+)" "$<TARGET_FILE:\\1>\n")
  list(JOIN targets "" lines)
  file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/all_${what}.txt CONTENT "${lines}")
endfunction()
